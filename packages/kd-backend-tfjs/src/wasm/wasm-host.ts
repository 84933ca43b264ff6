import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelHost } from '../kernels/run-kernel.ts';

/** The part of tfjs's `BackendWasm` that kernels use. */
interface WasmBackend extends KernelBackend {
  /** A tensor in WebAssembly memory; what it holds is undefined until it is written. */
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  /** A view of a tensor, valid until the next allocation, which may move WebAssembly's memory. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array;
}

export interface WasmHost extends KernelHost {
  readonly backend: WasmBackend;
}

/** The WebAssembly backend that calls a kernel. */
export function wasmHost(backend: unknown): WasmHost {
  return { name: 'wasm', backend: backend as WasmBackend };
}
