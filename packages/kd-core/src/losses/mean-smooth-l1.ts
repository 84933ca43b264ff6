import {
  clipByValue,
  type GradSaveFunc,
  mean,
  mul,
  type Scalar,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { firstOrderGrad } from '../ops/first-order-grad.ts';

/**
 * Mean over all elements of d^2 / 2 where |d| <= 1 and |d| - 1/2 elsewhere, of d = x - target; `target` is detached. (Huber's
 * loss with delta 1, PyTorch's smooth L1.)
 */
export function meanSmoothL1(x: Tensor, target: Tensor): Scalar {
  const compute = firstOrderGrad('meanSmoothL1', (input, saveInput) => {
    const difference = sub(input as Tensor, target);
    const slope = clipByValue(difference, -1, 1);
    (saveInput as GradSaveFunc)([slope]);
    return {
      value: mean(mul(slope, sub(difference, mul(slope, 0.5)))),
      gradFunc: (dy: Tensor, saved: Tensor[]) => mul(saved[0]!, mul(dy, 1 / x.size)),
    };
  });
  return compute(x) as Scalar;
}
