import { cpuRuntime } from './cpu.ts';
import { cudaRuntime, nodeRuntime } from './native.ts';
import type { TfjsBackendId, TfjsRuntime } from './tfjs-runtime.ts';
import { wasmRuntime } from './wasm.ts';
import { webgpuRuntime } from './webgpu.ts';

export const runtimes: Readonly<Record<TfjsBackendId, TfjsRuntime>> = {
  'tfjs-cuda': cudaRuntime,
  'tfjs-node': nodeRuntime,
  'tfjs-webgpu': webgpuRuntime,
  'tfjs-wasm': wasmRuntime,
  'tfjs-cpu': cpuRuntime,
};
