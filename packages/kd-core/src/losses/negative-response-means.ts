import {
  abs,
  add,
  clipByValue,
  div,
  exp,
  greater,
  greaterEqual,
  maximum,
  mul,
  scalar,
  square,
  sub,
  type Tensor,
  type Tensor1D,
  where,
} from '@tensorflow/tfjs-core';
import { detach } from '../ops/detach.ts';
import { requireLayout, requireSameShape } from '../shapes.ts';

/** Below this share of negative responses the mean is replaced. */
const RAREST = 0.001;
/** Beyond so many deviations nothing changes in float32, and nothing overflows before. */
const FARTHEST = 40;
/**
 * ln(erfc(x) e^(x^2) / t) as a polynomial of t = 1 / (1 + x / 2), from the highest power: erfc with a relative error of 1.2e-7
 * for x >= 0 (Press et al., Numerical Recipes, section 6.2). Relative, which 1 - erf is not.
 */
const ERFC = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
  1.00002368, -1.26551223,
];

export interface NegativeResponseMeansOptions {
  /** [channels]: the scale of a batch norm. */
  readonly scale: Tensor;
  /** [channels]: its offset. */
  readonly offset: Tensor;
}

/**
 * The expected value of the negative responses of each channel after a batch norm, x ~ N(offset, scale^2) given x < 0:
 * the margins of the overhaul of feature distillation (Heo et al., 2019, arXiv:1904.01866, equation 4). Where at most one
 * response in a thousand is negative, -3 |scale| as in the authors' code. No gradient flows to the batch norm.
 * Result: [channels], never above 0. Throws `SHAPE_MISMATCH` unless both are vectors of one length.
 */
export function negativeResponseMeans({ scale, offset }: NegativeResponseMeansOptions): Tensor1D {
  requireLayout('scale', scale, ['channels']);
  requireSameShape('scale', scale, 'offset', offset);
  return detach(meansOf(scale as Tensor1D, offset as Tensor1D));
}

function meansOf(scale: Tensor, offset: Tensor): Tensor1D {
  const deviation = abs(scale);
  const divisor = maximum(deviation, 1e-12);
  const place = clipByValue(div(offset, divisor), -FARTHEST, FARTHEST);
  const bell = exp(mul(square(place), -0.5));
  const beyond = tailOverBell(abs(place));
  const isPositive = greaterEqual(place, 0);
  const negativeShare = where(isPositive, mul(bell, beyond), sub(1, mul(bell, beyond)));
  // The bell cancels where it would underflow.
  const hazard = mul(where(isPositive, div(1, beyond), div(bell, negativeShare)), 1 / Math.sqrt(2 * Math.PI));
  const means = sub(offset, mul(divisor, hazard));
  return where(greater(negativeShare, RAREST), means, mul(deviation, -3)) as Tensor1D;
}

/** The probability that a standard normal number exceeds `place`, at least 0, divided by e^(-place^2 / 2). */
function tailOverBell(place: Tensor): Tensor {
  const t = div(1, add(mul(place, 0.5 * Math.SQRT1_2), 1));
  const logarithm = ERFC.reduce<Tensor>((total, coefficient) => add(mul(total, t), coefficient), scalar(0));
  return mul(mul(t, exp(logarithm)), 0.5);
}
