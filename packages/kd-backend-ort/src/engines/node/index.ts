import type { EngineSource } from '../engine-source.ts';
import type { OrtEngineId } from '../ort-options.ts';
import { cpuEngine } from './cpu-engine.ts';
import { cudaEngine } from './cuda-engine.ts';
import { wasmEngine } from './wasm-engine.ts';
import { webgpuEngine } from './webgpu-engine.ts';

export const engines: Readonly<Record<OrtEngineId, EngineSource>> = {
  'ort-cpu': cpuEngine,
  'ort-cuda': cudaEngine,
  'ort-webgpu': webgpuEngine,
  'ort-wasm': wasmEngine,
};

export const defaultEngine: OrtEngineId = 'ort-cpu';

export { openFile, openSibling } from './open-file.ts';
