import { mul, type Scalar, sum, type Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { resizeNearest } from './resize-nearest.ts';

function reference({ shape, data }: Values, [rows, columns]: readonly [number, number]): number[] {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const result: number[] = [];
  for (let sample = 0; sample < batch; sample++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let channel = 0; channel < channels; channel++) {
          const y = Math.floor((row * height) / rows);
          const x = Math.floor((column * width) / columns);
          result.push(data[((sample * height + y) * width + x) * channels + channel]!);
        }
  return result;
}

describe('resizeNearest', () => {
  beforeAll(startCpuBackend);

  const side = fc.integer({ min: 1, max: 5 });
  const cases = fc
    .tuple(side, side, fc.tuple(side, side))
    .chain(([height, width, size]) =>
      fc.tuple(values([2, height, width, 2]), fc.constant(size), values([2, ...size, 2])),
    );

  it('copies by its definition, and adds up the gradients of copies', () => {
    fc.assert(
      fc.property(cases, ([x, size, factors]) => {
        expectClose(toValues(resizeNearest(toTensor(x), size)).data, reference(x, size), 1e-6);
        const fn = (given: { x: Tensor }): Scalar =>
          sum<Scalar>(mul(resizeNearest(given.x, size), toTensor(factors)));
        const definition = (given: { x: Values }): number =>
          reference(given.x, size).reduce((total, each, index) => total + each * factors.data[index]!, 0);
        expectGradients(differentiate(fn, { x }), definition, { x }, ['x']);
      }),
      { numRuns: 25 },
    );
  });

  it('refuses other ranks and sizes', () => {
    expect(() => resizeNearest(toTensor({ shape: [1, 2], data: [1, 2] }), [1, 1])).toThrow(/got \[1, 2\]/);
    const map = toTensor({ shape: [1, 1, 1, 1], data: [1] });
    expect(() => resizeNearest(map, [0, 2])).toThrow(/size must be two positive integers, got \[0, 2\]/);
  });
});
