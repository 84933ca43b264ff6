import { env } from '@tensorflow/tfjs-core';
import { supplyTrainingKernels } from '../wasm/supply-training-kernels.ts';
import type { TfjsRuntime } from './tfjs-runtime.ts';
import { missingPeer } from './unavailable.ts';

/** tfjs's WebAssembly kernels, and those that training needs and tfjs lacks. */
export const wasmRuntime: TfjsRuntime = {
  id: 'tfjs-wasm',
  tfjsName: 'wasm',
  priority: 10,
  async register() {
    await importWasm();
    await supplyTrainingKernels();
  },
  async describe() {
    const { getThreadsCount } = await importWasm();
    const simd = await env().getAsync('WASM_HAS_SIMD_SUPPORT');
    return {
      vendor: 'tfjs',
      name: simd === true ? 'WebAssembly with SIMD' : 'WebAssembly',
      threads: getThreadsCount(),
      precision: 'float32',
      missing: simd === true ? [] : ['this JavaScript engine has no SIMD in WebAssembly'],
    };
  },
};

async function importWasm(): Promise<typeof import('@tensorflow/tfjs-backend-wasm')> {
  try {
    return await import('@tensorflow/tfjs-backend-wasm');
  } catch (error) {
    throw missingPeer('@tensorflow/tfjs-backend-wasm', error);
  }
}
