import { KdError } from '../errors.ts';

/** What a layer gives for samples, [samples, features], row by row; a `HostTensor` is one. */
export interface SampleMatrix {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** The columns of a matrix, each less its mean, in float64. */
export type CentredColumns = readonly Float64Array[];

/** Throws `SHAPE_MISMATCH` unless `x` is a matrix of at least two samples and one feature. */
export function centredColumns(name: string, { shape, data }: SampleMatrix): CentredColumns {
  const [samples = 0, features = 0] = shape;
  if (shape.length !== 2 || samples < 2 || features < 1 || data.length !== samples * features) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `${name} must be [samples, features] with at least 2 samples and 1 feature, got [${shape.join(', ')}] with ${data.length} values.`,
    );
  }
  return Array.from({ length: features }, (_, feature) => {
    const column = new Float64Array(samples);
    let sum = 0;
    for (let sample = 0; sample < samples; sample++) {
      column[sample] = data[sample * features + feature]!;
      sum += column[sample]!;
    }
    const mean = sum / samples;
    for (let sample = 0; sample < samples; sample++) column[sample]! -= mean;
    return column;
  });
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

/** Sum of the squared products of all columns of one matrix with all of another. */
export function squaredProducts(a: CentredColumns, b: CentredColumns): number {
  let sum = 0;
  for (const columnA of a) for (const columnB of b) sum += dot(columnA, columnB) ** 2;
  return sum;
}

/** Throws `SHAPE_MISMATCH` naming both unless the matrices have as many samples. */
export function requireSameSamples(x: SampleMatrix, y: SampleMatrix): void {
  if (x.shape[0] === y.shape[0]) return;
  throw new KdError(
    'SHAPE_MISMATCH',
    `x and y must be of the same samples, got [${x.shape.join(', ')}] and [${y.shape.join(', ')}].`,
  );
}
