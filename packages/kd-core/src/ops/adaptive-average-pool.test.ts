import { mul, type Scalar, sum, type Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { adaptivePool } from '../testing/reference-losses.ts';
import { adaptiveAveragePool } from './adaptive-average-pool.ts';

const column = (...data: number[]): Values => ({ shape: [1, data.length, 1, 1], data });
const pooled = (x: Values, size: [number, number]): Values =>
  toValues(adaptiveAveragePool(toTensor(x), size));

describe('adaptiveAveragePool', () => {
  beforeAll(startCpuBackend);

  it('averages equal bins', () => {
    expect(pooled(column(1, 2, 3, 5), [2, 1])).toEqual(column(1.5, 4));
  });

  it('lets bins overlap where the sizes do not divide', () => {
    // Bins of 5 to 3: 0-1, 1-3, 3-4.
    expectClose(pooled(column(1, 2, 3, 4, 5), [3, 1]).data, [1.5, 3, 4.5]);
    // Bins of 7 to 3: 0-2, 2-4, 4-6, which one pooling kernel can do.
    expectClose(pooled(column(1, 2, 3, 4, 5, 6, 7), [3, 1]).data, [2, 4, 6]);
  });

  it('repeats where the output is larger', () => {
    expect(pooled(column(1, 2), [4, 1]).data).toEqual([1, 1, 2, 2]);
  });

  it('agrees with the definition, gradient included, for all sizes', () => {
    const size = fc.integer({ min: 1, max: 5 });
    const cases = fc
      .tuple(size, size, size, size)
      .chain(([height, width, rows, columns]) =>
        fc.tuple(
          values([2, height, width, 2]),
          values([2, rows, columns, 2]),
          fc.constant([rows, columns] as const),
        ),
      );
    fc.assert(
      fc.property(cases, ([x, weights, to]) => {
        const fn = (inputs: { x: Tensor }) =>
          sum<Scalar>(mul(adaptiveAveragePool(inputs.x, to), toTensor(weights)));
        const reference = (inputs: { x: Values }): number =>
          adaptivePool(inputs.x, to).data.reduce(
            (total, each, index) => total + each * weights.data[index]!,
            0,
          );
        expectClose(pooled(x, [...to]).data, adaptivePool(x, to).data, 1e-6);
        expectGradients(differentiate(fn, { x }), reference, { x }, ['x']);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses other ranks and sizes', () => {
    expect(() => pooled({ shape: [2, 2], data: [1, 2, 3, 4] }, [1, 1])).toThrow(/got \[2, 2\]/);
    expect(() => pooled(column(1, 2), [0, 1])).toThrow(/positive integers, got \[0, 1\]/);
  });
});
