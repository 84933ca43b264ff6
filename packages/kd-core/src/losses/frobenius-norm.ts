import {
  abs,
  div,
  type GradSaveFunc,
  greater,
  max,
  mul,
  onesLike,
  type Scalar,
  sqrt,
  square,
  sum,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { firstOrderGrad } from '../ops/first-order-grad.ts';

/**
 * Square root of the sum of squares of all elements, also where their squares are too large or too small for float32. Its
 * derivative at 0 is 0.
 */
export function frobeniusNorm(x: Tensor, name = 'frobeniusNorm'): Scalar {
  const compute = firstOrderGrad(name, (input, saveInput) => {
    const largest = max(abs(input as Tensor));
    const scale = where(greater(largest, 0), largest, onesLike(largest));
    const scaled = div(input as Tensor, scale);
    const length = sqrt(sum(square(scaled)));
    (saveInput as GradSaveFunc)([scaled, length]);
    return {
      value: mul(length, scale),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [scaled, length] = saved as [Tensor, Tensor];
        return mul(scaled, div(dy, where(greater(length, 0), length, onesLike(length))));
      },
    };
  });
  return compute(x) as Scalar;
}
