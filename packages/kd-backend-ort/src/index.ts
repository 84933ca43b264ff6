export { createOrtBackend } from './create-ort-backend.ts';
export { openEngine } from './engines/open-engine.ts';
export type { OrtEngine } from './engines/ort-engine.ts';
export type { OrtEngineId, OrtOptions, WasmPaths } from './engines/ort-options.ts';
export { type OnnxSession, type OnnxValueInfo, openOnnx } from './open-onnx.ts';
export { ortCpu, ortCuda, ortProvider, ortWasm, ortWebgpu } from './provider.ts';
export { registerTfjsBackend, useBackend } from './tfjs/register-tfjs-backend.ts';
