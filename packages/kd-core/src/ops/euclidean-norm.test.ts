import { mul, sum } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues } from '../testing/cpu-backend.ts';
import { expectGradients } from '../testing/finite-differences.ts';
import { rowsOf } from '../testing/reference-losses.ts';
import { euclideanNorm } from './euclidean-norm.ts';

describe('euclideanNorm', () => {
  beforeAll(startCpuBackend);

  it('has the gradient of the norm along either axis', () => {
    const x = values([2, 3]).filter(({ data }) => data.every((each) => Math.abs(each) > 0.1));
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
