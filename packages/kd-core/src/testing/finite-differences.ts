import { expect } from 'vitest';
import type { Values } from './cpu-backend.ts';

/**
 * Gradient of a float64 function by central differences: an error of about 1e-9 for smooth functions whose
 * arguments and derivatives are of order 1.
 */
function finiteDifferences(fn: (data: readonly number[]) => number, at: readonly number[]): number[] {
  const step = 1e-5;
  return at.map(
    (value, index) => (fn(at.with(index, value + step)) - fn(at.with(index, value - step))) / (2 * step),
  );
}

/**
 * Differences may be `relative` to the largest entry, as single entries of a gradient may cancel to rounding,
 * plus `absolute`, as all of them may.
 */
export function expectClose(
  actual: readonly number[],
  expected: readonly number[],
  relative = 1e-4,
  absolute = 1e-6,
): void {
  expect(actual.length).toBe(expected.length);
  const largest = expected.reduce((max, each) => Math.max(max, Math.abs(each)), 0);
  actual.forEach((each, index) => {
    expect(Math.abs(each - expected[index]!)).toBeLessThanOrEqual(relative * largest + absolute);
  });
}

/**
 * Checks the value and the gradients of a loss against an independent float64 function of the same inputs.
 * `absolute`: the rounding error of the largest term that a gradient is a sum of.
 */
export function expectGradients<K extends string>(
  result: { readonly value: number; readonly gradients: Readonly<Record<K, Values>> },
  reference: (inputs: Readonly<Record<K, Values>>) => number,
  inputs: Readonly<Record<K, Values>>,
  checked: readonly NoInfer<K>[],
  absolute = 1e-5,
): void {
  expectClose([result.value], [reference(inputs)], 1e-5, absolute);
  for (const name of checked) {
    const { shape, data } = inputs[name];
    const wanted = finiteDifferences(
      (moved) => reference({ ...inputs, [name]: { shape, data: moved } }),
      data,
    );
    expectClose(result.gradients[name].data, wanted, 1e-4, absolute);
  }
}
