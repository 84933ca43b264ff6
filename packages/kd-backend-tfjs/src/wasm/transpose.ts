import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type KernelHost, runKernel } from '../kernels/run-kernel.ts';

export function transpose(wasm: KernelHost, x: TensorInfo, perm: readonly number[]): TensorInfo {
  return runKernel(wasm, 'Transpose', { x }, { perm });
}
