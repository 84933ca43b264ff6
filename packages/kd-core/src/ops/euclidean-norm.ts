import {
  add,
  cast,
  div,
  equal,
  expandDims,
  type GradSaveFunc,
  mul,
  sqrt,
  square,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { firstOrderGrad } from './first-order-grad.ts';

/**
 * Euclidean norms of `x` along `axis`, which disappears. The derivative of the norm of zeros is 0.
 * Throws `UNSUPPORTED` inside of a second derivative.
 */
export function euclideanNorm<R extends Tensor>(x: Tensor, axis: number): R {
  const compute = firstOrderGrad('euclideanNorm', (input, saveInput) => {
    const value = sqrt(sum(square(input as Tensor), axis));
    (saveInput as GradSaveFunc)([input as Tensor, value]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [input, value] = saved as [Tensor, Tensor];
        const divisor = add(value, cast(equal(value, 0), 'float32'));
        return mul(input, expandDims(div(dy, divisor), axis));
      },
    };
  });
  return compute(x) as R;
}
