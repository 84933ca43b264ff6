export { type OnnxSession, type OnnxValueInfo, openOnnx } from './open-onnx.ts';
export { createOrtBackend } from './ort-backend.ts';
export { ortCpu } from './provider.ts';
export type { OrtOptions } from './session-options.ts';
