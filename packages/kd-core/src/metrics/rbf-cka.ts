import { requireArgument } from '../errors.ts';
import type { RepresentationSimilarity } from './representation-similarity.ts';
import {
  type CentredColumns,
  centredColumns,
  requireSameSamples,
  type SampleMatrix,
} from './sample-matrix.ts';

/** The median of distances is taken among this many samples at most, evenly spaced. */
const SAMPLES_FOR_MEDIAN = 1000;

export interface RbfCkaOptions {
  /** Width of the kernel in median distances, above 0. Default 1. */
  readonly bandwidth?: number;
}

export interface PreparedRbfCka {
  /** Squared distances are divided by this, and by 2. */
  readonly variance: number;
  /** Sample by sample. */
  readonly rows: readonly Float64Array[];
}

/** `rbfCka` for many comparisons. Throws `INVALID_ARGUMENT` for a bandwidth that is not above 0. */
export function rbfCkaSimilarity({
  bandwidth = 1,
}: RbfCkaOptions = {}): RepresentationSimilarity<PreparedRbfCka> {
  requireArgument(
    Number.isFinite(bandwidth) && bandwidth > 0,
    () => `bandwidth must be finite and above 0, got ${bandwidth}.`,
  );
  return {
    prepare(x) {
      const rows = rowsOf(centredColumns('x', x));
      return { rows, variance: bandwidth ** 2 * medianSquaredDistance(rows) };
    },
    compare: alignment,
  };
}

/**
 * Centred kernel alignment of `x` [samples, features] and `y` [samples, other features] with Gaussian kernels
 * exp(-||a - b||^2 / (2 s^2)), s being `bandwidth` times the root of the median squared distance of different samples (Kornblith et
 * al., 2019, arXiv:1905.00414, section 3). From 0 to 1; 0 where one is constant. Takes time in the square of the samples.
 * Throws `SHAPE_MISMATCH` as `linearCka` does, `INVALID_ARGUMENT` for a bandwidth that is not above 0.
 */
export function rbfCka(x: SampleMatrix, y: SampleMatrix, options: RbfCkaOptions = {}): number {
  requireSameSamples(x, y);
  const { prepare, compare } = rbfCkaSimilarity(options);
  return compare(prepare(x), prepare(y));
}

/** Products of centred kernel matrices, from sums over uncentred ones, of which none is kept. */
function alignment(x: PreparedRbfCka, y: PreparedRbfCka): number {
  const samples = x.rows.length;
  const [sumsX, sumsY] = [new Float64Array(samples), new Float64Array(samples)];
  let [xx, xy, yy] = [0, 0, 0];
  for (let a = 0; a < samples; a++) {
    for (let b = 0; b < samples; b++) {
      const [kernelX, kernelY] = [kernel(x, a, b), kernel(y, a, b)];
      xx += kernelX * kernelX;
      xy += kernelX * kernelY;
      yy += kernelY * kernelY;
      sumsX[a]! += kernelX;
      sumsY[a]! += kernelY;
    }
  }
  const centred = (products: number, left: Float64Array, right: Float64Array): number => {
    let ofRows = 0;
    let [totalLeft, totalRight] = [0, 0];
    for (let sample = 0; sample < samples; sample++) {
      ofRows += left[sample]! * right[sample]!;
      totalLeft += left[sample]!;
      totalRight += right[sample]!;
    }
    return products - (2 * ofRows) / samples + (totalLeft * totalRight) / samples ** 2;
  };
  const scale = Math.sqrt(centred(xx, sumsX, sumsX) * centred(yy, sumsY, sumsY));
  return scale > 0 ? centred(xy, sumsX, sumsY) / scale : 0;
}

function kernel({ rows, variance }: PreparedRbfCka, a: number, b: number): number {
  return variance === 0 ? 1 : Math.exp(-squaredDistance(rows[a]!, rows[b]!) / (2 * variance));
}

function rowsOf(columns: CentredColumns): Float64Array[] {
  return Array.from(columns[0]!, (_, sample) => Float64Array.from(columns, (column) => column[sample]!));
}

function medianSquaredDistance(rows: readonly Float64Array[]): number {
  const count = Math.min(rows.length, SAMPLES_FOR_MEDIAN);
  const chosen = Array.from(
    { length: count },
    (_, index) => rows[Math.floor((index * rows.length) / count)]!,
  );
  const distances = new Float64Array((count * (count - 1)) / 2);
  let place = 0;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      distances[place] = squaredDistance(chosen[a]!, chosen[b]!);
      place += 1;
    }
  }
  distances.sort();
  const upper = distances[Math.floor(distances.length / 2)]!;
  return distances.length % 2 === 1 ? upper : (upper + distances[distances.length / 2 - 1]!) / 2;
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index]! - b[index]!) ** 2;
  return sum;
}
