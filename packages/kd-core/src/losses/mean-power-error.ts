import {
  abs,
  type GradSaveFunc,
  mean,
  mul,
  pow,
  type Scalar,
  sign,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { firstOrderGrad } from '../ops/first-order-grad.ts';

export interface MeanPowerErrorOptions {
  /** At least 1. */
  readonly power: number;
  /** Whether odd powers keep the sign of the difference. */
  readonly signed: boolean;
}

/** Mean of |x - target|^power over all elements; `target` is detached, and the derivative at difference 0 is 0. */
export function meanPowerError(x: Tensor, target: Tensor, { power, signed }: MeanPowerErrorOptions): Scalar {
  const keepsSign = signed && power % 2 === 1;
  const error = firstOrderGrad('meanPowerError', (input, saveInput) => {
    const difference = sub(input as Tensor, target);
    (saveInput as GradSaveFunc)([difference]);
    const sizes = power === 1 ? abs(difference) : pow(abs(difference), power);
    return {
      value: mean(keepsSign ? mul(sizes, sign(difference)) : sizes),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const difference = saved[0]!;
        const factor = mul(dy, power / x.size);
        if (power === 1) return mul(sign(difference), factor);
        const sizes = pow(abs(difference), power - 1);
        return mul(keepsSign ? sizes : mul(sizes, sign(difference)), factor);
      },
    };
  });
  return error(x) as Scalar;
}
