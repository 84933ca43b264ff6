import { grad, mul, type Scalar, square, sum, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { meanSquaredError } from '../losses/mean-squared-error.ts';
import { startCpuBackend, toTensor } from '../testing/cpu-backend.ts';
import { batchNormTraining } from './batch-norm.ts';

beforeAll(startCpuBackend);

const x = (): Tensor => toTensor({ shape: [2, 2], data: [1, 2, 4, 7] });

describe('an op with a gradient of its own', () => {
  const norm = (v: Tensor): Tensor => {
    const one = toTensor({ shape: [2], data: [1, 1] }) as Tensor1D;
    return square(batchNormTraining({ x: v, scale: one, offset: one, epsilon: 1e-5 }).y);
  };
  const error = (v: Tensor): Scalar => meanSquaredError(v, x());

  it.each([
    ['batchNormTraining', norm],
    ['meanSquaredError', error],
  ])('%s is refused inside of a second derivative, and has a first one', (name, fn) => {
    tidy(() => {
      const first = grad((v: Tensor) => sum(fn(v)));
      expect(first(mul(x(), 2)).shape).toEqual([2, 2]);
      const penalty = grad((v: Tensor) => sum(square(first(v))));
      expect(() => penalty(x())).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringContaining(name) }),
      );
    });
  });
});
