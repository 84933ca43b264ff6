import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runKernel } from '../kernels/run-kernel.ts';
import type { WasmHost } from './wasm-host.ts';

/** Zeros added at each side of a map. */
export interface Margins {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** The forward convolution with stride 1 of `x` [n, h, w, ci] with `filter` [kh, kw, ci, co]. */
export function convolve(
  wasm: WasmHost,
  x: TensorInfo,
  filter: TensorInfo,
  { top, bottom, left, right }: Margins,
  dilations: readonly [number, number] = [1, 1],
): TensorInfo {
  return runKernel(
    wasm,
    'Conv2D',
    { x, filter },
    {
      strides: [1, 1],
      pad: [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ],
      dilations,
      dataFormat: 'NHWC',
    },
  );
}
