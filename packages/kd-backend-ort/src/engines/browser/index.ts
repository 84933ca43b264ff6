import type { EngineSource } from '../engine-source.ts';
import type { OrtEngineId } from '../ort-options.ts';
import { nodeOnly } from './node-only.ts';
import { wasmEngine } from './wasm-engine.ts';
import { webgpuEngine } from './webgpu-engine.ts';

export const engines: Readonly<Record<OrtEngineId, EngineSource>> = {
  'ort-cpu': nodeOnly('ort-cpu'),
  'ort-cuda': nodeOnly('ort-cuda'),
  'ort-webgpu': webgpuEngine,
  'ort-wasm': wasmEngine,
};

export const defaultEngine: OrtEngineId = 'ort-wasm';

export { openFile, openSibling } from './open-file.ts';
