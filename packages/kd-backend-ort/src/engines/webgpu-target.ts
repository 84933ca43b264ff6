import type { GraphTarget } from 'kd-onnx';

/**
 * The provider binds every input and output of an operator as a storage buffer of one shader, and WebGPU promises eight of
 * them (https://www.w3.org/TR/webgpu/#limits).
 */
export const webgpuTarget: GraphTarget = { maxOutputs: 7 };
