import {
  add,
  cast,
  div,
  equal,
  type GradSaveFunc,
  mean,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { firstOrderGrad } from '../ops/first-order-grad.ts';
import { formatShape, requireLayout } from '../shapes.ts';

export interface StandardizeLogitsOptions {
  /** Added to the standard deviation; above 0. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Each row of `logits` [batch, classes] without its mean, divided by its standard deviation (the unbiased one, plus
 * `epsilon`), so that a loss compares the order and the relative size of logits, not their range. Gradients flow through mean
 * and deviation; the deviation of a constant row has the derivative 0.
 * Sun et al., 2024, arXiv:2403.01427.
 * Throws `SHAPE_MISMATCH` unless `logits` has two axes, `INVALID_ARGUMENT` for a single class or an epsilon that is not above
 * 0, and `UNSUPPORTED` inside of a second derivative.
 */
export function standardizeLogits<T extends Tensor>(
  logits: T,
  { epsilon = 1e-7 }: StandardizeLogitsOptions = {},
): T {
  requireLayout('logits', logits, ['batch', 'classes']);
  const classes = logits.shape[1]!;
  requireArgument(classes >= 2, () => `logits must have at least two classes, got ${formatShape(logits)}.`);
  requireArgument(epsilon > 0, () => `epsilon must be above 0, got ${epsilon}.`);

  const compute = firstOrderGrad('standardizeLogits', (input, saveInput) => {
    const centred = sub(input as Tensor, mean(input as Tensor, 1, true));
    const deviation = sqrt(div(sum(square(centred), 1, true), classes - 1));
    const divisor = add(deviation, epsilon);
    const value = div(centred, divisor);
    // The derivative of the deviation; a constant row, whose numerator is 0, is divided by 1 instead of by 0.
    const isConstant = cast(equal(deviation, 0), 'float32');
    const slope = div(centred, mul(add(deviation, isConstant), classes - 1));
    (saveInput as GradSaveFunc)([value, divisor, slope]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [value, divisor, slope] = saved as [Tensor, Tensor, Tensor];
        const direct = sub(dy, mean(dy, 1, true));
        return div(sub(direct, mul(slope, sum(mul(dy, value), 1, true))), divisor);
      },
    };
  });
  return compute(logits) as T;
}
