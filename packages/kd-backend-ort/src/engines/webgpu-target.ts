import type { GraphTarget } from 'kd-onnx';

/**
 * The provider binds every input and output of an operator as a storage buffer of one shader, and WebGPU promises eight of
 * them (https://www.w3.org/TR/webgpu/#limits).
 */
export const webgpuTarget: GraphTarget = { maxOutputs: 7 };

/** Said of every device: what training steps of the SDK leave to ONNX Runtime's CPU provider, within the same graph. */
export const webgpuMissing: readonly string[] = [
  'the operator IsNaN runs on the processor, for want of a WebGPU kernel in ONNX Runtime',
];
