export { applyNetwork, type NetworkResult } from './apply-network.ts';
export { describeNetwork } from './describe-network.ts';
export {
  constantInitializer,
  type Fans,
  fanInUniform,
  type Initializer,
  initialValue,
  type KernelInitializer,
  kaimingNormal,
  kaimingNormalFanIn,
  kaimingUniform,
  linearUniform,
} from './initializer.ts';
export type {
  AveragePoolOptions,
  BatchNormOptions,
  ConvolutionOptions,
  DenseOptions,
  DepthwiseConvolutionOptions,
  Layers,
  Network,
  PoolOptions,
  TransposedConvolutionOptions,
} from './layers.ts';
export type { NetworkDescription, VariableDescription, VariableLayout } from './network-description.ts';
export {
  type NetworkPart,
  type NetworkPartOptions,
  type NetworkPartOutput,
  networkPart,
} from './network-part.ts';
