import { customGrad, type Tensor, zerosLike } from '@tensorflow/tfjs-core';

/**
 * `compute(...inputs)`, through which no gradient flows: for targets and weights that are made with ops that have none, such
 * as ranks and comparisons, where `detach` would not do.
 */
export function withoutGradient<T extends Tensor>(
  compute: (...inputs: Tensor[]) => T,
  ...inputs: readonly Tensor[]
): T {
  const constant = customGrad((...given) => {
    const tensors = given.slice(0, inputs.length) as Tensor[];
    return {
      value: compute(...tensors),
      gradFunc: () => tensors.map((tensor) => zerosLike(tensor)),
    };
  });
  return constant(...inputs) as T;
}
