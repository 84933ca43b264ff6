import type { DataType, KernelConfig } from '@tensorflow/tfjs-core';
import { wasmHost } from './wasm-host.ts';

interface Attributes {
  readonly dtype: DataType;
  readonly depth: number;
  readonly onValue: number;
  readonly offValue: number;
}

/** tfjs 4.22 gives int32 whatever dtype is asked for, which then reads as tiny float32 numbers. */
export const oneHot: KernelConfig = {
  kernelName: 'OneHot',
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = wasmHost(backend).backend;
    const { dtype, depth, onValue, offValue } = attrs as unknown as Attributes;
    const indices = inputs.indices!;
    const result = wasm.makeOutput([...indices.shape, depth], dtype);
    const classes = wasm.typedArrayFromHeap(indices);
    const values = wasm.typedArrayFromHeap(result).fill(offValue);
    classes.forEach((index, position) => {
      if (index >= 0 && index < depth) values[position * depth + index] = onValue;
    });
    return result;
  },
};
