/** How one quantity of a case compares with its reference. */
export interface Comparison {
  /** `loss`, `gradient of y_s`, `buffer regressor.bn.running_mean`. */
  readonly quantity: string;
  /** Largest absolute difference. */
  readonly absolute: number;
  /** The same divided by the largest reference value (of the whole case, for gradients). */
  readonly relative: number;
  /** What is wrong; absent when the quantity agrees. */
  readonly failure?: string;
}

export interface CompareOptions {
  readonly quantity: string;
  readonly got: ArrayLike<number>;
  readonly want: ArrayLike<number>;
  /** The largest absolute difference allowed where the reference is `want`. */
  readonly allowed: (want: number) => number;
  /** What the relative difference is relative to; default the largest finite |want|. */
  readonly magnitude?: number;
}

/** Compares element by element. NaN and infinities agree only with themselves. */
export function compare({ quantity, got, want, allowed, magnitude }: CompareOptions): Comparison {
  if (got.length !== want.length) {
    return failed(quantity, `${got.length} elements instead of ${want.length}`);
  }
  let absolute = 0;
  let worst: { index: number; difference: number } | undefined;
  for (let index = 0; index < want.length; index += 1) {
    const difference = distance(got[index]!, want[index]!);
    absolute = Math.max(absolute, difference);
    // An infinite difference never agrees, though a relative tolerance of an infinite reference would allow it.
    const agrees = difference === 0 || (Number.isFinite(difference) && difference <= allowed(want[index]!));
    if (!agrees && (worst === undefined || difference > worst.difference)) worst = { index, difference };
  }
  const result = { quantity, absolute, relative: ratio(absolute, magnitude ?? largest(want)) };
  if (worst === undefined) return result;
  const { index } = worst;
  const place = want.length > 1 ? ` at ${index}` : '';
  return {
    ...result,
    failure: `got ${got[index]} instead of ${want[index]}${place}, ${allowed(want[index]!).toExponential(1)} allowed`,
  };
}

export function failed(quantity: string, failure: string): Comparison {
  return { quantity, absolute: Number.NaN, relative: Number.NaN, failure };
}

/** For a quantity of which only its being finite is known. */
export function requireFinite(quantity: string, got: ArrayLike<number>): Comparison {
  const finite = Array.prototype.every.call(got, Number.isFinite);
  return finite ? { quantity, absolute: 0, relative: 0 } : failed(quantity, 'not finite');
}

/** The largest finite |value|; 0 for none. */
export function largest(values: ArrayLike<number>): number {
  let result = 0;
  for (let index = 0; index < values.length; index += 1) {
    const size = Math.abs(values[index]!);
    if (Number.isFinite(size) && size > result) result = size;
  }
  return result;
}

function distance(got: number, want: number): number {
  if (Object.is(got, want) || got === want) return 0;
  const difference = Math.abs(got - want);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

function ratio(difference: number, magnitude: number): number {
  return difference === 0 ? 0 : difference / magnitude;
}
