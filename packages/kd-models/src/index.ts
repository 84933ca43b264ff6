export type { VariableDescription } from './network/describe-network.ts';
export type { Initializer } from './network/initializer.ts';
export type { ConvolutionOptions, Layers, Network } from './network/layers.ts';
export { type NetworkModel, type NetworkModelOptions, networkModel } from './network/network-model.ts';
export { fromPyTorchLayout, type PyTorchTensorKind, toPyTorchLayout } from './network/pytorch-layout.ts';
export { type CreateModelOptions, createModel, listModels } from './registry/registry.ts';
export {
  exportPyTorchResnet,
  type ImportPyTorchResnetOptions,
  importPyTorchResnet,
} from './resnet/pytorch-state-dict.ts';
export { type ResnetOptions, type ResnetWidths, resnet } from './resnet/resnet.ts';
