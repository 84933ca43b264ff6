import fc from 'fast-check';
import { sizeOf } from 'kd-core';
import type { FileTensor } from '../onnx-file.ts';
import type { OperatorCase } from '../operator-case.ts';

/** Cases of an operator, and whether its gradients are compared with differences. */
export interface CaseFamily {
  readonly cases: fc.Arbitrary<OperatorCase>;
  readonly isDifferentiable: boolean;
}

export type CaseTable = Readonly<Record<string, CaseFamily>>;

/** Apart by this much, and never closer to its multiples than two fifths of it. */
const SPACING = 1 / 32;
const MAX_ELEMENTS = 256;

/**
 * Different numbers in [-4, 4] with room between each other and to multiples of 1/32, so that a small step crosses no kink of
 * maxima and clips. At most 256 elements.
 */
export function distinct(shape: readonly number[]): fc.Arbitrary<FileTensor> {
  const size = sizeOf(shape);
  const places = Array.from({ length: MAX_ELEMENTS }, (_, each) => each - MAX_ELEMENTS / 2);
  return fc
    .shuffledSubarray(places, { minLength: size, maxLength: size })
    .map((chosen) => ({ shape, data: chosen.map((place) => (place + 0.4) * SPACING) }));
}

export function positive(shape: readonly number[]): fc.Arbitrary<FileTensor> {
  return distinct(shape).map(({ data }) => ({ shape, data: data.map((each) => 0.3 + Math.abs(each) / 2) }));
}

/** Any numbers in [-1, 1]. */
export function weights(shape: readonly number[]): fc.Arbitrary<FileTensor> {
  const size = sizeOf(shape);
  return fc
    .array(fc.integer({ min: -64, max: 64 }), { minLength: size, maxLength: size })
    .map((data) => ({ shape, data: data.map((each) => each / 64) }));
}

export function integers(data: readonly number[]): FileTensor {
  return { shape: [data.length], data, dtype: 'int64' };
}

export const size = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** [batch, channels, height, width] */
export const mapShape: fc.Arbitrary<number[]> = fc
  .tuple(size(1, 2), size(1, 3), size(3, 6), size(3, 6))
  .map((shape) => shape);

/** A shape of rank 1 to 4, of which most are maps. */
export const anyShape: fc.Arbitrary<number[]> = fc.oneof(
  { weight: 3, arbitrary: mapShape },
  { weight: 2, arbitrary: fc.array(size(1, 5), { minLength: 1, maxLength: 3 }) },
);

/** What broadcasts to `shape`: fewer axes, or axes of size 1. */
export function broadcastable(shape: readonly number[]): fc.Arbitrary<number[]> {
  return fc
    .tuple(fc.integer({ min: 0, max: shape.length }), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
    .map(([dropped, ones]) => shape.slice(dropped).map((length, axis) => (ones[axis] ? 1 : length)));
}

export function opsetFrom(...opsets: readonly number[]): fc.Arbitrary<number> {
  return fc.constantFrom(...opsets);
}

export function differentiable(cases: fc.Arbitrary<OperatorCase>): CaseFamily {
  return { cases, isDifferentiable: true };
}

export function forwardOnly(cases: fc.Arbitrary<OperatorCase>): CaseFamily {
  return { cases, isDifferentiable: false };
}
