import type { RepresentationSimilarity } from './representation-similarity.ts';
import {
  type CentredColumns,
  centredColumns,
  requireSameSamples,
  type SampleMatrix,
  squaredProducts,
} from './sample-matrix.ts';

export interface PreparedLinearCka {
  readonly columns: CentredColumns;
  /** Frobenius norm of the columns' products with each other. */
  readonly norm: number;
}

/** `linearCka` for many comparisons. */
export const linearCkaSimilarity: RepresentationSimilarity<PreparedLinearCka> = {
  prepare(x) {
    const columns = centredColumns('x', x);
    return { columns, norm: Math.sqrt(squaredProducts(columns, columns)) };
  },
  compare(x, y) {
    const scale = x.norm * y.norm;
    return scale === 0 ? 0 : squaredProducts(x.columns, y.columns) / scale;
  },
};

/**
 * Linear centred kernel alignment of `x` [samples, features] and `y` [samples, other features]: ||Y'X||^2 / (||X'X|| ||Y'Y||) of centred
 * columns (Kornblith et al., 2019, arXiv:1905.00414, section 3). From 0 to 1; 1 for representations that are equal up to rotation and
 * scale; 0 where one of them is constant. Throws `SHAPE_MISMATCH` for other ranks, fewer than two samples and different samples.
 */
export function linearCka(x: SampleMatrix, y: SampleMatrix): number {
  requireSameSamples(x, y);
  return linearCkaSimilarity.compare(linearCkaSimilarity.prepare(x), linearCkaSimilarity.prepare(y));
}
