import type { GraphTarget } from 'kd-onnx';

/**
 * The provider binds every input and output of an operator as a storage buffer of one shader, and WebGPU promises eight of
 * them (https://www.w3.org/TR/webgpu/#limits).
 */
export const webgpuTarget: GraphTarget = { maxOutputs: 7, maxPoolIndices: false };

/** Said of every device. Training steps of the SDK's networks have no such operator but casts of integers. */
export const webgpuMissing: readonly string[] = [
  'operators without a WebGPU kernel in ONNX Runtime, such as IsNaN, run on the processor within the graph',
];
