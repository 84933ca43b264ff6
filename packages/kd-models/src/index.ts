export type {
  AveragePoolOptions,
  BatchNormOptions,
  ConvolutionOptions,
  DenseOptions,
  DepthwiseConvolutionOptions,
  Layers,
  Network,
  PoolOptions,
  VariableDescription,
  VariableLayout,
} from 'kd-core';
export {
  type Fans,
  fanInUniform,
  type Initializer,
  type KernelInitializer,
  kaimingNormal,
  kaimingNormalFanIn,
  kaimingUniform,
} from 'kd-core';
export type { Activation } from './blocks/activation.ts';
export { basicBlock, type ResidualBlockOptions } from './blocks/basic-block.ts';
export { bottleneckBlock } from './blocks/bottleneck-block.ts';
export {
  type ConvolutionUnitOptions,
  convolutionUnit,
  type DepthwiseUnitOptions,
  depthwiseUnit,
} from './blocks/convolution-unit.ts';
export { type DepthwiseSeparableOptions, depthwiseSeparable } from './blocks/depthwise-separable.ts';
export { type EmbeddingHeadOptions, embeddingHead } from './blocks/embedding-head.ts';
export { globalDepthwiseUnit } from './blocks/global-depthwise-unit.ts';
export { type InvertedResidualOptions, invertedResidual } from './blocks/inverted-residual.ts';
export { type Shortcut, type ShortcutOptions, shortcut } from './blocks/shortcut.ts';
export { type ShuffleUnitOptions, shuffleUnit } from './blocks/shuffle-unit.ts';
export {
  type SplitShuffleUnitOutput,
  splitShuffleDownsampling,
  splitShuffleUnit,
} from './blocks/split-shuffle-unit.ts';
export {
  type SqueezeAndExcitationOptions,
  squeezeAndExcitation,
} from './blocks/squeeze-and-excitation.ts';
export type { Cell, CellEdge, CellOperation, Genotype } from './face/genotype.ts';
export {
  type IresnetDepth,
  type IresnetLayers,
  type IresnetOptions,
  type IresnetWidths,
  iresnet,
} from './face/iresnet.ts';
export {
  type MobileFaceNetBlocks,
  type MobileFaceNetOptions,
  mobileFaceNet,
} from './face/mobile-face-net.ts';
export { type PocketNetOptions, type PocketNetVariant, pocketNet } from './face/pocket-net.ts';
export { cifar10Genotype, faceGenotype } from './face/pocket-net-genotypes.ts';
export { type MobileNetV1Options, mobileNetV1 } from './mobilenet/mobilenet-v1.ts';
export {
  type MobileNetV2Options,
  type MobileNetV2Variant,
  mobileNetV2,
} from './mobilenet/mobilenet-v2.ts';
export {
  type NetworkModel,
  type NetworkModelOptions,
  networkModel,
  type PyTorchNames,
} from './network/network-model.ts';
export { fromPyTorchLayout, type PyTorchTensorKind, toPyTorchLayout } from './network/pytorch-layout.ts';
export {
  type ExportPyTorchWeightsOptions,
  exportPyTorchWeights,
  type ImportPyTorchWeightsOptions,
  importPyTorchWeights,
} from './network/pytorch-state-dict.ts';
export type { CreateModelOptions } from './registry/model-family.ts';
export {
  createModel,
  isModelName,
  type ListedModel,
  listModels,
  registerModel,
} from './registry/registry.ts';
export {
  type ImagenetResnetDepth,
  type ImagenetResnetOptions,
  type ImagenetResnetStem,
  type ImagenetResnetWidths,
  imagenetResnet,
} from './resnet/imagenet-resnet.ts';
export type { ResidualBlock } from './resnet/residual-network.ts';
export { type ResnetOptions, type ResnetWidths, resnet } from './resnet/resnet.ts';
export type { PerStage } from './shufflenet/shufflenet-options.ts';
export { type ShuffleNetV1Options, shuffleNetV1 } from './shufflenet/shufflenet-v1.ts';
export {
  type ShuffleNetV2Options,
  type ShuffleNetV2SizeFactor,
  type ShuffleNetV2Widths,
  shuffleNetV2,
} from './shufflenet/shufflenet-v2.ts';
export { type VggDepth, type VggOptions, type VggWidths, vgg } from './vgg/vgg.ts';
export {
  type LoadWeightsOptions,
  loadWeights,
  type OpenWeightsOptions,
  openWeights,
} from './weights/load-weights.ts';
export { type EncodeNetworkOptions, encodeNetwork } from './weights/network-file.ts';
export { type OpenPyTorchFileOptions, openPyTorchFile } from './weights/pytorch/open-pytorch-file.ts';
export { type WideResnetOptions, wideResnet } from './wide-resnet/wide-resnet.ts';
