import type { SampleMatrix } from './sample-matrix.ts';

/**
 * A similarity of what two layers give for the same samples, in two steps, so that what concerns one layer is computed once
 * for all comparisons with it.
 */
export interface RepresentationSimilarity<Prepared> {
  /** Throws `SHAPE_MISMATCH` unless `x` is [samples, features] with at least two samples and a feature. */
  prepare(x: SampleMatrix): Prepared;
  /** From 0 to 1, up to rounding. Both must be of the same samples. */
  compare(x: Prepared, y: Prepared): number;
}
