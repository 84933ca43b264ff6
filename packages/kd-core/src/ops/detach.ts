import { customGrad, type Tensor, zerosLike } from '@tensorflow/tfjs-core';

/** The value of `x` without its gradient (stop-gradient). */
export function detach<T extends Tensor>(x: T): T {
  const withoutGradient = customGrad((value) => ({
    value: (value as Tensor).clone(),
    gradFunc: (dy: Tensor) => zerosLike(dy),
  }));
  return withoutGradient(x) as T;
}
