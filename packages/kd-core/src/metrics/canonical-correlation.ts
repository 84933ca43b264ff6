import type { RepresentationSimilarity } from './representation-similarity.ts';
import {
  type CentredColumns,
  centredColumns,
  dot,
  requireSameSamples,
  type SampleMatrix,
  squaredProducts,
} from './sample-matrix.ts';

/** A column counts as a combination of those before when less than this share of its length is new. */
const TOLERANCE = 1e-6;

/** `canonicalCorrelation` for many comparisons: an orthonormal basis of what the columns span. */
export const canonicalCorrelationSimilarity: RepresentationSimilarity<CentredColumns> = {
  prepare: (x) => orthonormalBasis(centredColumns('x', x)),
  compare: (x, y) => (x.length === 0 ? 0 : squaredProducts(x, y) / x.length),
};

/**
 * The mean squared canonical correlation (`R^2` of CCA; Kornblith et al., 2019, arXiv:1905.00414, section 3) of `x` [samples, features]
 * with `y` [samples, other features]: the share of the space that the centred columns of `x` span that lies in that of `y`. It is
 * not symmetric: the divisor is the number of independent columns of `x`, so that a layer with dead features is wholly
 * similar to itself. From 0 to 1; 0 where `x` is constant, and close to 1 for anything when there are hardly more samples than
 * features. Throws `SHAPE_MISMATCH` for other ranks, fewer than two samples and different samples.
 */
export function canonicalCorrelation(x: SampleMatrix, y: SampleMatrix): number {
  requireSameSamples(x, y);
  const { prepare, compare } = canonicalCorrelationSimilarity;
  return compare(prepare(x), prepare(y));
}

/** Gram and Schmidt's, twice for each column, as one pass leaves rounding of the size of what it takes away. */
function orthonormalBasis(columns: CentredColumns): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const length = Math.sqrt(dot(column, column));
    const rest = Float64Array.from(column);
    for (let pass = 0; pass < 2; pass++) {
      for (const direction of basis) subtract(rest, direction, dot(rest, direction));
    }
    const restLength = Math.sqrt(dot(rest, rest));
    if (restLength <= TOLERANCE * length) continue;
    basis.push(rest.map((each) => each / restLength));
  }
  return basis;
}

function subtract(from: Float64Array, direction: Float64Array, factor: number): void {
  for (let index = 0; index < from.length; index++) from[index]! -= factor * direction[index]!;
}
