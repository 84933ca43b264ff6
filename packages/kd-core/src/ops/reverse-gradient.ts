import {
  customGrad,
  type GradSaveFunc,
  mul,
  neg,
  type Scalar,
  type Tensor,
  zerosLike,
} from '@tensorflow/tfjs-core';

/**
 * The value of `x`; its gradient is multiplied by `-strength`. What minimises the loss for everything else maximises it for
 * `x`, and a strength of 0 leaves `x` alone. No gradient reaches `strength`.
 * Ganin and Lempitsky, 2015, arXiv:1409.7495.
 */
export function reverseGradient<T extends Tensor>(x: T, strength: Scalar): T {
  const reversed = customGrad((value, strength, save) => {
    (save as GradSaveFunc)([strength as Tensor]);
    return {
      value: (value as Tensor).clone(),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [factor] = saved as [Tensor];
        return [mul(dy, neg(factor)), zerosLike(factor)];
      },
    };
  });
  return reversed(x, strength) as T;
}
