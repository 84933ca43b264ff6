export type FilterName = 'bilinear' | 'bicubic';

interface Filter {
  /** Beyond it the filter is 0. */
  readonly support: number;
  at(distance: number): number;
}

const cubicSharpness = -0.5;

const filters: Readonly<Record<FilterName, Filter>> = {
  bilinear: { support: 1, at: (distance) => Math.max(0, 1 - Math.abs(distance)) },
  // R. Keys 1981, equation 15, with a = -1/2.
  bicubic: {
    support: 2,
    at(distance) {
      const x = Math.abs(distance);
      if (x >= 2) return 0;
      return x < 1
        ? ((cubicSharpness + 2) * x - (cubicSharpness + 3)) * x * x + 1
        : (((x - 5) * x + 8) * x - 4) * cubicSharpness;
    },
  },
};

/** Which source positions make up each target position, and with what weights. */
export interface FilterWeights<Weights extends Float64Array | Int32Array = Float64Array> {
  /** The first source position of each target position. */
  readonly first: Int32Array;
  /** How many source positions count. */
  readonly counts: Int32Array;
  /** `stride` for each target position. */
  readonly weights: Weights;
  readonly stride: number;
}

/** The weights, of which those of a target position sum to 1, of Pillow (`precompute_coeffs` of Resample.c) from `length` positions to `count`. */
export function filterWeights(length: number, count: number, name: FilterName): FilterWeights {
  const filter = filters[name];
  const scale = length / count;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(count);
  const counts = new Int32Array(count);
  const weights = new Float64Array(count * stride);
  for (let position = 0; position < count; position++) {
    const center = (position + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(length, Math.trunc(center + support + 0.5));
    const own = weights.subarray(position * stride, position * stride + end - begin);
    let sum = 0;
    for (let tap = 0; tap < own.length; tap++) {
      own[tap] = filter.at((tap + begin - center + 0.5) / stretch);
      sum += own[tap]!;
    }
    for (let tap = 0; tap < own.length; tap++) own[tap] = own[tap]! / sum;
    first[position] = begin;
    counts[position] = end - begin;
  }
  return { first, counts, weights, stride };
}

/** Weights in units of 2 ** -precision. */
export interface FilterTaps extends FilterWeights<Int32Array> {
  readonly precision: number;
}

/** Bits after the point, so that sums of 8-bit levels fit into 32 bits, with two bits to spare for what cubic filters overshoot. */
const precision = 22;

/** A run of positions. */
export interface Range {
  readonly begin: number;
  readonly count: number;
}

/** `filterWeights` of some target positions in fixed point, as Pillow's `normalize_coeffs_8bpc` has them. */
export function filterTaps(
  [length, count]: readonly [length: number, count: number],
  name: FilterName,
  { begin, count: wanted }: Range,
): FilterTaps {
  const { first, counts, weights, stride } = filterWeights(length, count, name);
  const end = begin + wanted;
  const fixed = Int32Array.from(weights.subarray(begin * stride, end * stride), (weight) => {
    const scaled = weight * 2 ** precision;
    return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  });
  return {
    first: first.subarray(begin, end),
    counts: counts.subarray(begin, end),
    weights: fixed,
    stride,
    precision,
  };
}
