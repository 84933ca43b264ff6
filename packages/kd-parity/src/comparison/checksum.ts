import { type Fields, numberField, numbersField } from '../fixtures/fields.ts';
import { type Comparison, compare } from './comparison.ts';

export interface ChecksumRules {
  /** Relative difference allowed of `l2` and `abs_sum`, and of `sum` relative to `abs_sum`. */
  readonly relative: number;
  /** Further absolute difference allowed of the first values. */
  readonly absolute: number;
}

/** Compares values with the checksums `sum`, `abs_sum`, `l2` and `first8` of a tensor in the same order. */
export function compareChecksum(
  quantity: string,
  got: ArrayLike<number>,
  want: Fields,
  { relative, absolute }: ChecksumRules,
): readonly Comparison[] {
  const sums = checksum(got);
  const absoluteSum = numberField(want, 'abs_sum');
  const one = (name: string, value: number, magnitude: number): Comparison =>
    compare({
      quantity: `${name} of ${quantity}`,
      got: [value],
      want: [numberField(want, name)],
      allowed: () => relative * magnitude,
      magnitude,
    });
  const first = numbersField(want, 'first8');
  const firstMagnitude = Math.max(...first.map(Math.abs), numberField(want, 'l2') / Math.sqrt(got.length));
  return [
    one('l2', sums.l2, numberField(want, 'l2')),
    one('abs_sum', sums.absoluteSum, absoluteSum),
    one('sum', sums.sum, absoluteSum),
    compare({
      quantity: `first values of ${quantity}`,
      got: Array.from(got).slice(0, first.length),
      want: first,
      allowed: () => relative * firstMagnitude + absolute,
      magnitude: firstMagnitude,
    }),
  ];
}

export function euclideanNorm(values: ArrayLike<number>): number {
  let squares = 0;
  for (let index = 0; index < values.length; index += 1) squares += values[index]! ** 2;
  return Math.sqrt(squares);
}

function checksum(values: ArrayLike<number>): { sum: number; absoluteSum: number; l2: number } {
  let sum = 0;
  let absoluteSum = 0;
  for (let index = 0; index < values.length; index += 1) {
    sum += values[index]!;
    absoluteSum += Math.abs(values[index]!);
  }
  return { sum, absoluteSum, l2: euclideanNorm(values) };
}
