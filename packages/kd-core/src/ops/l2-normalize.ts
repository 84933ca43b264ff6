import {
  cast,
  div,
  type GradSaveFunc,
  greaterEqual,
  maximum,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { firstOrderGrad } from './first-order-grad.ts';

const MINIMAL_NORM = 1e-12;

/**
 * `x` divided by its Euclidean norms along the last axis, each at least 1e-12: rows of length 1, and no NaN for a
 * row of zeros, whose derivative takes the divisor for a constant. `name` is what error messages call the op.
 * Throws `UNSUPPORTED` inside of a second derivative.
 */
export function l2Normalize<T extends Tensor>(x: T, name = 'l2Normalize'): T {
  const compute = firstOrderGrad(name, (input, saveInput) => {
    const norm = sqrt(sum(square(input as Tensor), -1, true));
    const divisor = maximum(norm, MINIMAL_NORM);
    const value = div(input as Tensor, divisor);
    const varies = cast(greaterEqual(norm, MINIMAL_NORM), 'float32');
    (saveInput as GradSaveFunc)([value, divisor, varies]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [value, divisor, varies] = saved as [Tensor, Tensor, Tensor];
        const along = mul(sum(mul(dy, value), -1, true), varies);
        return div(sub(dy, mul(value, along)), divisor);
      },
    };
  });
  return compute(x) as T;
}
