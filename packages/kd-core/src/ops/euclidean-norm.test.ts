import { mul, sum } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectGradients } from '../testing/finite-differences.ts';
import { rowsOf } from '../testing/reference-losses.ts';
import { euclideanNorm } from './euclidean-norm.ts';

describe('euclideanNorm', () => {
  beforeAll(startCpuBackend);

  it('has the gradient of the norm along either axis', () => {
    // Thousandths away from 0, where the norm has no derivative to compare with.
    const entry = fc
      .tuple(fc.integer({ min: 100, max: 3000 }), fc.constantFrom(-1, 1))
      .map(([size, sign]) => Math.fround((sign * size) / 1000));
    const x = fc
      .array(entry, { minLength: 6, maxLength: 6 })
      .map((data): Values => ({ shape: [2, 3], data }));
    fc.assert(
      fc.property(x, fc.constantFrom(0, 1), (x, axis) => {
        const weights = axis === 0 ? [1, -2, 3] : [1, -2];
        const result = differentiate(
          (given) =>
            sum(mul(euclideanNorm(given.x, axis), toTensor({ shape: [weights.length], data: weights }))),
          { x },
        );
        expectGradients(
          result,
          (given) => {
            const rows = rowsOf(given.x);
            const lines = axis === 1 ? rows : rows[0]!.map((_, column) => rows.map((row) => row[column]!));
            return lines.reduce((total, line, index) => total + weights[index]! * Math.hypot(...line), 0);
          },
          { x },
          ['x'],
        );
      }),
      { numRuns: 20 },
    );
  });

  it('has the derivative 0 at zeros', () => {
    const x = { shape: [2, 2], data: [0, 0, 3, 4] };
    expect(toValues(euclideanNorm(toTensor(x), 1))).toEqual({ shape: [2], data: [0, 5] });
    const { gradients } = differentiate((given) => sum(euclideanNorm(given.x, 1)), { x });
    expect(gradients.x.data).toEqual([0, 0, Math.fround(0.6), Math.fround(0.8)]);
  });
});
