export type { VariableDescription } from './network/describe-network.ts';
export type { Initializer } from './network/initializer.ts';
export type {
  ConvolutionOptions,
  DenseInitializers,
  Layers,
  MaxPoolOptions,
  Network,
} from './network/layers.ts';
export { type NetworkModel, type NetworkModelOptions, networkModel } from './network/network-model.ts';
export { fromPyTorchLayout, type PyTorchTensorKind, toPyTorchLayout } from './network/pytorch-layout.ts';
export {
  type ExportPyTorchWeightsOptions,
  exportPyTorchWeights,
  type ImportPyTorchWeightsOptions,
  importPyTorchWeights,
} from './network/pytorch-state-dict.ts';
export { type CreateModelOptions, createModel, isModelName, listModels } from './registry/registry.ts';
export { type ResnetOptions, type ResnetWidths, resnet } from './resnet/resnet.ts';
export { type VggDepth, type VggOptions, type VggWidths, vgg } from './vgg/vgg.ts';
export { type WideResnetOptions, wideResnet } from './wide-resnet/wide-resnet.ts';
