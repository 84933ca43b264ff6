import { requireArgument } from 'kd-core';
import { studentTQuantile } from './student-t.ts';

export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Of the sample (divisor count - 1); NaN for a single value. */
  readonly standardDeviation: number;
}

export interface PairedDifference extends Summary {
  /** How sure the interval is, 0.95 for 95 %. */
  readonly confidence: number;
  /** Bounds of the mean difference; NaN for a single pair. */
  readonly interval: readonly [number, number];
}

/** Mean and sample standard deviation of at least one value. */
export function summarize(values: readonly number[]): Summary {
  requireArgument(values.length > 0, () => 'A summary needs at least one value, got none.');
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardDeviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : Number.NaN;
  return { count: values.length, mean, standardDeviation };
}

/**
 * The differences `after - before` of paired observations, with the two-sided interval of the paired t test
 * (Student 1908). Throws `INVALID_ARGUMENT` for lists of unequal length.
 */
export function pairedDifference(
  before: readonly number[],
  after: readonly number[],
  confidence = 0.95,
): PairedDifference {
  requireArgument(
    before.length === after.length,
    () => `Paired observations need lists of equal length, got ${before.length} and ${after.length}.`,
  );
  const summary = summarize(after.map((value, index) => value - before[index]!));
  const { count, mean, standardDeviation } = summary;
  const half =
    count > 1
      ? (studentTQuantile((1 + confidence) / 2, count - 1) * standardDeviation) / Math.sqrt(count)
      : Number.NaN;
  return { ...summary, confidence, interval: [mean - half, mean + half] };
}

/** The middle of at least one value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  requireArgument(values.length > 0, () => 'A median needs at least one value, got none.');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
