import { type GradSaveFunc, mean, mul, type Scalar, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { firstOrderGrad } from '../ops/first-order-grad.ts';

/**
 * Mean of (x - target)^2 over all elements; `target` is detached. Its own gradient takes one pass over the
 * elements, where the derived one takes five.
 */
export function meanSquaredError(x: Tensor, target: Tensor): Scalar {
  const error = firstOrderGrad('meanSquaredError', (input, saveInput) => {
    const difference = sub(input as Tensor, target);
    (saveInput as GradSaveFunc)([difference]);
    return {
      value: mean(square(difference)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => mul(saved[0]!, mul(dy, 2 / x.size)),
    };
  });
  return error(x) as Scalar;
}
