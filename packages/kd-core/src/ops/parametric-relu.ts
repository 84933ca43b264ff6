import {
  add,
  type GradSaveFunc,
  mul,
  prelu,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import { KdError } from '../errors.ts';
import { firstOrderGrad } from './first-order-grad.ts';

/**
 * `x` where it is positive, `slope * x` elsewhere, with one trained slope a channel (He et al. 2015,
 * arXiv:1502.01852, eq. 1). `x`: [..., channels], at least rank 2; `slope`: [channels].
 * The derivative at exactly 0 is the slope, as in PyTorch. Throws `SHAPE_MISMATCH` when `slope` is not [channels],
 * `UNSUPPORTED` inside of a second derivative.
 */
export function parametricRelu(x: Tensor, slope: Tensor1D): Tensor {
  if (x.rank < 2 || slope.rank !== 1 || slope.shape[0] !== x.shape.at(-1)) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `slope must have one value for each channel of x [${x.shape.join(', ')}], got [${slope.shape.join(', ')}].`,
    );
  }
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  // tfjs's own gradient of prelu is wrong for slopes that are broadcast.
  const compute = firstOrderGrad('parametricRelu', (xInput, slopeInput, saveInput) => {
    const [input, alpha] = [xInput as Tensor, slopeInput as Tensor];
    (saveInput as GradSaveFunc)([input, alpha]);
    return {
      value: prelu(input, alpha),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [input, alpha] = saved as [Tensor, Tensor];
        // Each element is in one of them and 0 in the other: sums and products of maps, which need no selections.
        const throughPositive = mul(dy, step(input));
        const throughNegative = sub(dy, throughPositive);
        return [add(mul(throughNegative, alpha), throughPositive), sum(mul(throughNegative, input), axes)];
      },
    };
  });
  return compute(x, slope);
}
