export type { OrtOptions } from './engines/cpu-options.ts';
export type { OrtEngine } from './engines/ort-engine.ts';
export { type OnnxSession, type OnnxValueInfo, openOnnx } from './open-onnx.ts';
export { createOrtBackend } from './ort-backend.ts';
export { ortCpu } from './provider.ts';
