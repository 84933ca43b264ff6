import type { Tensor4D } from '@tensorflow/tfjs-core';
import { KdError } from '../errors.ts';
import { adaptiveAveragePool } from '../ops/adaptive-average-pool.ts';

type MapSize = readonly [height: number, width: number];

/**
 * The size to which `poolToLower` brings two maps. Throws `SHAPE_MISMATCH` naming both for equal heights with different
 * widths, of which neither map is the larger.
 */
export function lowerSize(a: MapSize, b: MapSize): MapSize {
  if (a[0] !== b[0]) return a[0] < b[0] ? a : b;
  if (a[1] === b[1]) return a;
  throw new KdError(
    'SHAPE_MISMATCH',
    `Maps of ${a.join('x')} and ${b.join('x')} pixels have equal heights, so that neither can be pooled to the other. Choose taps of equal size, or of different heights.`,
  );
}

/**
 * Two maps with the height and width of the lower one; the other is average-pooled adaptively. As in the benchmarks, heights
 * decide alone. `a`, `b`: [batch, height, width, channels]. Throws `SHAPE_MISMATCH` as `lowerSize` does.
 */
export function poolToLower(a: Tensor4D, b: Tensor4D): [a: Tensor4D, b: Tensor4D] {
  const size = lowerSize([a.shape[1], a.shape[2]], [b.shape[1], b.shape[2]]);
  return [adaptiveAveragePool(a, size), adaptiveAveragePool(b, size)];
}
