import { mul, type Scalar, sum, type Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { l2Normalize } from './l2-normalize.ts';

/** Float64, row by row. */
function reference({ shape, data }: Values): number[] {
  const size = shape.at(-1)!;
  return data.map((value, index) => {
    const start = index - (index % size);
    return value / Math.max(Math.hypot(...data.slice(start, start + size)), 1e-12);
  });
}

describe('l2Normalize', () => {
  beforeAll(startCpuBackend);

  it('gives rows of length 1', () => {
    const x = { shape: [2, 2], data: [3, -4, 0, 5] };
    expectClose(toValues(l2Normalize(toTensor(x))).data, [0.6, -0.8, 0, 1], 1e-6, 0);
  });

  it('leaves a row of zeros, whose gradient is that of a division by 1e-12', () => {
    const x = { shape: [2, 2], data: [0, 0, 3, 4] };
    const { value, gradients } = differentiate(
      (given: { x: Tensor }) =>
        sum<Scalar>(mul(l2Normalize(given.x), toTensor({ shape: [2], data: [1, 2] }))),
      { x },
    );
    expectClose([value], [0.6 + 1.6]);
    expectClose(gradients.x.data.slice(0, 2), [1e12, 2e12], 1e-6);
    // (w - y (w . y)) / |x| with w = (1, 2), y = (0.6, 0.8), |x| = 5.
    expectClose(gradients.x.data.slice(2), [(1 - 0.6 * 2.2) / 5, (2 - 0.8 * 2.2) / 5]);
  });

  it('has the values and derivatives of its definition', () => {
    // Not near 0, where the derivative is without bound.
    const long = (x: Values): Values => ({
      ...x,
      data: x.data.map((each, index) => (index % x.shape.at(-1)! === 0 ? Math.fround(each + 4) : each)),
    });
    const shape = fc.constantFrom([3], [2, 3], [2, 2, 3]);
    const cases = shape.chain((sizes) => fc.tuple(values(sizes).map(long), values(sizes)));
    fc.assert(
      fc.property(cases, ([x, weights]) => {
        const fn = (given: { x: Tensor }): Scalar => sum(mul(l2Normalize(given.x), toTensor(weights)));
        const weighted = (given: { x: Values }): number =>
          reference(given.x).reduce((total, value, index) => total + value * weights.data[index]!, 0);
        expectClose(toValues(l2Normalize(toTensor(x))).data, reference(x), 1e-6);
        expectGradients(differentiate(fn, { x }), weighted, { x }, ['x']);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps tiny rows apart from zeros', () => {
    const x = { shape: [1, 2], data: [3e-10, 4e-10] };
    expect(toValues(l2Normalize(toTensor(x))).data.map((value) => Math.round(value * 10))).toEqual([6, 8]);
  });
});
