import { mul, prelu, type Scalar, sum, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { parametricRelu } from './parametric-relu.ts';

const apply = (x: Values, slope: Values): Values =>
  toValues(parametricRelu(toTensor(x), toTensor(slope) as Tensor1D));

describe('parametricRelu', () => {
  beforeAll(startCpuBackend);

  it('scales what is negative by the slope of its channel', () => {
    const x = { shape: [2, 2], data: [-2, -3, 4, 5] };
    const slope = { shape: [2], data: [0.5, -1] };
    expect(apply(x, slope)).toEqual({ shape: [2, 2], data: [-1, 3, 4, 5] });
  });

  it('has the derivatives of its definition', () => {
    // Not near 0, where the derivative jumps.
    const away = (x: Values): Values => ({
      ...x,
      data: x.data.map((each) => Math.fround(each < 0 ? each - 0.01 : each + 0.01)),
    });
    const shape = fc.constantFrom([3, 2], [2, 3, 2], [2, 2, 3, 2]);
    const cases = shape.chain((sizes) =>
      fc.tuple(values(sizes).map(away), values(sizes), values([sizes.at(-1)!])),
    );
    fc.assert(
      fc.property(cases, ([x, weights, slope]) => {
        const fn = (given: { x: Tensor; slope: Tensor }): Scalar =>
          sum(mul(parametricRelu(given.x, given.slope as Tensor1D), toTensor(weights)));
        const reference = (given: { x: Values; slope: Values }): number =>
          given.x.data.reduce((total, value, index) => {
            const factor = value > 0 ? 1 : given.slope.data[index % given.slope.data.length]!;
            return total + weights.data[index]! * factor * value;
          }, 0);
        expectGradients(differentiate(fn, { x, slope }), reference, { x, slope }, ['x', 'slope'], 1e-4);
      }),
      { numRuns: 40 },
    );
  });

  it('has the slope for a derivative at exactly 0', () => {
    const slope = { shape: [1], data: [0.25] };
    const x = { shape: [2, 1], data: [0, 1] };
    const { gradients } = differentiate(
      (given: { x: Tensor; slope: Tensor }) => sum(parametricRelu(given.x, given.slope as Tensor1D)),
      { x, slope },
    );
    expectClose(gradients.x.data, [0.25, 1]);
    expectClose(gradients.slope.data, [0]);
  });

  it('has values that tfjs agrees with', () => {
    fc.assert(
      fc.property(values([2, 3]), values([3]), (x, slope) => {
        expect(apply(x, slope)).toEqual(toValues(prelu(toTensor(x), toTensor(slope))));
      }),
    );
  });

  it.each([
    [[2], [2]],
    [[2, 3], [2]],
    [
      [2, 3],
      [1, 3],
    ],
  ])('refuses x %o with slopes %o', (xShape, slopeShape) => {
    const ones = (shape: number[]): Values => ({
      shape,
      data: Array.from({ length: shape.reduce((product, size) => product * size) }, () => 1),
    });
    expect(() => apply(ones(xShape), ones(slopeShape))).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    );
  });
});
