export type { OnnxTap } from './differentiable/apply-network.ts';
export {
  type DifferentiableOnnxModel,
  type DifferentiableOnnxOptions,
  differentiableOnnxModel,
} from './differentiable/differentiable-onnx-model.ts';
export type { OnnxImageInput, OnnxPixelMap } from './differentiable/image-input.ts';
export { buildBlockedTrial } from './graph/blocked-convolution.ts';
export { type EncodeOptions, encodeModel, OPSET_VERSION } from './graph/encode.ts';
export type { Attribute, ConstantData, Graph, GraphDataType, GraphNode, GraphValue } from './graph/graph.ts';
export { GraphBuilder, type GraphTarget } from './graph/graph-builder.ts';
export { lowerings } from './lowerings/index.ts';
export type { KernelCall, Lowering, LoweringTable } from './lowerings/lowering.ts';
export { decodeModel } from './reader/decode-model.ts';
export { describeModel, type OnnxDescription, type OnnxTapCandidate } from './reader/describe-model.ts';
export { type ExternalDataSource, externalLocations, loadExternalData } from './reader/external-data.ts';
export type {
  OnnxAttribute,
  OnnxDataType,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxTensorStorage,
  OnnxValue,
} from './reader/onnx-model.ts';
export { hostTensorOf, type OnnxTensorData, tensorData } from './reader/tensor-data.ts';
export { withFloatInput } from './reader/with-float-input.ts';
export { requireComputed, withOutputs } from './reader/with-outputs.ts';
export { KernelRecorder } from './trace/kernel-recorder.ts';
export { type TensorSpec, type Trace, type TraceOptions, type TraceOutput, trace } from './trace/trace.ts';
export type { TracedValue } from './trace/traced-value.ts';
