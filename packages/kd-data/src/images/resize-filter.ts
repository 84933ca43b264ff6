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

/** Which source positions make up each target position, and with what weights in fixed point. */
export interface FilterTaps {
  /** The first source position of each target position. */
  readonly first: Int32Array;
  /** How many source positions count. */
  readonly counts: Int32Array;
  /** `stride` for each target position, in units of 2 ** -precision. */
  readonly weights: Int32Array;
  readonly stride: number;
  readonly precision: number;
}

/** Bits after the point, so that sums of 8-bit levels fit into 32 bits, with two bits to spare for what cubic filters overshoot. */
const precision = 22;

/** The weights of Pillow (`precompute_coeffs` and `normalize_coeffs_8bpc` of Resample.c) from `length` positions to `count`. */
export function filterTaps(length: number, count: number, name: FilterName): FilterTaps {
  const filter = filters[name];
  const scale = length / count;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(count);
  const counts = new Int32Array(count);
  const weights = new Int32Array(count * stride);
  for (let position = 0; position < count; position++) {
    const center = (position + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(length, Math.trunc(center + support + 0.5));
    const exact = Array.from({ length: end - begin }, (_, tap) =>
      filter.at((tap + begin - center + 0.5) / stretch),
    );
    const sum = exact.reduce((total, weight) => total + weight, 0);
    first[position] = begin;
    counts[position] = end - begin;
    for (const [tap, weight] of exact.entries()) {
      const fixed = (weight / sum) * 2 ** precision;
      weights[position * stride + tap] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
  }
  return { first, counts, weights, stride, precision };
}
