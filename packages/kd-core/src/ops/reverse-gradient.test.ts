import { add, mul, type Scalar, square, sum } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { differentiate, startCpuBackend } from '../testing/cpu-backend.ts';
import { reverseGradient } from './reverse-gradient.ts';

describe('reverseGradient', () => {
  beforeAll(startCpuBackend);

  it.each([0, 0.25, 1])('keeps values and turns gradients round, with strength %d', (strength) => {
    const { value, gradients } = differentiate(
      ({ x, strength }) => sum(square(reverseGradient(x, strength as Scalar))),
      { x: { shape: [2], data: [3, -2] }, strength: { shape: [], data: [strength] } },
    );
    expect(value).toBe(13);
    expect(gradients.x.data.map((each) => each + 0)).toEqual([-6 * strength + 0, 4 * strength]);
    expect(gradients.strength.data).toEqual([0]);
  });

  it('turns only what passes through it', () => {
    const { gradients } = differentiate(
      ({ x, strength }) => sum(add(mul(5, x), reverseGradient(x, strength as Scalar))),
      { x: { shape: [1], data: [1] }, strength: { shape: [], data: [1] } },
    );
    expect(gradients.x.data).toEqual([4]);
  });
});
