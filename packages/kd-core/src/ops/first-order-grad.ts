import { customGrad, engine, type Tensor } from '@tensorflow/tfjs-core';
import { KdError } from '../errors.ts';

type Differentiable = Parameters<typeof customGrad>[0];

/**
 * tfjs's `customGrad` for gradients made of values that were computed on the way: tfjs would take those for constants in
 * a second derivative. It is refused as `UNSUPPORTED`, naming `name`, instead of being wrong.
 */
export function firstOrderGrad(name: string, fn: Differentiable): (...inputs: Tensor[]) => Tensor {
  return customGrad((...inputs) => {
    const { value, gradFunc } = fn(...inputs);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        if (engine().state.gradientDepth > 0) {
          throw new KdError(
            'UNSUPPORTED',
            `${name} has a first derivative only, but its gradient is computed inside of a function that is differentiated itself. Compute it outside of that function, or write ${name} with tfjs ops there.`,
          );
        }
        return gradFunc(dy, saved);
      },
    };
  });
}
