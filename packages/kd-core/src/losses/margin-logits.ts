import {
  acos,
  add,
  clipByValue,
  cos,
  div,
  type GradSaveFunc,
  greater,
  maximum,
  mul,
  oneHot,
  onesLike,
  sin,
  sqrt,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  where,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { firstOrderGrad } from '../ops/first-order-grad.ts';
import { requireLayout } from '../shapes.ts';
import { requireLabels } from './labels.ts';

/** How much harder the own class is made: the angle t to it becomes cos(multiplicative * t + angular) - subtractive. */
export interface Margins {
  /** SphereFace's m1, at least 1. Default 1. */
  readonly multiplicative?: number;
  /** ArcFace's m2 in radians, from 0 to below pi. Default 0. */
  readonly angular?: number;
  /** CosFace's m3, at least 0. Default 0. */
  readonly subtractive?: number;
}

/**
 * What becomes of an angle t that a margin would carry beyond pi, where the cosine rises again:
 * - `linear`: cos(t) minus a constant. With T = (pi - angular) / multiplicative the last angle that is not, the constant
 *   is (pi - T) sin(T), which for ArcFace is the usual angular * sin(angular);
 * - `easy`: margins on angles count only below pi / 2 (`easy_margin`), and no angle beyond it is changed;
 * - `none`: no rule.
 */
export type HardCases = 'linear' | 'easy' | 'none';

export interface MarginLogitsOptions {
  /** [batch, classes], in [-1, 1] up to rounding: of the angles between embeddings and class vectors. */
  readonly cosine: Tensor;
  /** int32 [batch], each in [0, classes). In the row of a label outside, such as -1, nothing is changed. */
  readonly labels: Tensor;
  /** Multiplies everything, above 0. Default 64. */
  readonly scale?: number;
  readonly margins: Margins;
  /**
   * `exact` (default) has the gradient of what it computes. `reference` is insightface's arcface_torch: margins do not
   * show in the gradient, which is `scale` for each entry, and `hardCases` is `none` unless given.
   */
  readonly variant?: 'exact' | 'reference';
  /** Default `linear`. */
  readonly hardCases?: HardCases;
}

/** The sine at a cosine of 1 - 1e-7, close to the last float32 below 1. */
const SMALLEST_SINE = Math.sqrt(1 - (1 - 1e-7) ** 2);

/** Less than every cosine. */
const BELOW_ALL = -2;

/**
 * The logits [batch, classes] of margin losses: `scale` times the cosines, of which that of each row's label is
 * lowered by the margins. Their cross entropy is ArcFace's loss with `{ angular: 0.5 }` (Deng et al. 2019,
 * arXiv:1801.07698, equation 3), CosFace's with `{ subtractive: 0.4 }` (Wang et al. 2018, arXiv:1801.09414, equation 4),
 * and that of both and of SphereFace with all three (Deng et al., equation 4).
 *
 * Angles are taken of cosines clipped to [-1, 1]; the derivative of the angle, infinite at both ends, is bounded by
 * that at 1 - 1e-7. Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for labels that are not int32,
 * a scale or margin out of range, `UNSUPPORTED` for angular margins inside of a second derivative.
 */
export function marginLogits({
  cosine,
  labels,
  scale = 64,
  margins,
  variant = 'exact',
  hardCases = variant === 'reference' ? 'none' : 'linear',
}: MarginLogitsOptions): Tensor2D {
  requireLayout('cosine', cosine, ['batch', 'classes']);
  requireLabels(labels, 'cosine', cosine);
  requireArgument(
    Number.isFinite(scale) && scale > 0,
    () => `scale must be a finite number above 0, got ${scale}.`,
  );
  requireMargins(margins);
  const own = oneHot(labels, cosine.shape[1]!, 1, 0, 'float32');
  const ownCosine = sum(mul(cosine, own), 1, true);
  const target = lowered(ownCosine, { margins, hardCases, differentiated: variant === 'exact' });
  // Put in place of the cosine: the difference, added, would be rounded at the size of the cosine, and then scaled.
  return mul(add(mul(cosine, sub(1, own)), mul(target, own)), scale) as Tensor2D;
}

/** Throws `INVALID_ARGUMENT` for a margin outside its range. */
export function requireMargins({ multiplicative = 1, angular = 0, subtractive = 0 }: Margins): void {
  requireArgument(
    Number.isFinite(multiplicative) && multiplicative >= 1,
    () => `The multiplicative margin must be at least 1, got ${multiplicative}.`,
  );
  requireArgument(
    angular >= 0 && angular < Math.PI,
    () => `The angular margin must be from 0 to below pi, in radians, got ${angular}.`,
  );
  requireArgument(
    Number.isFinite(subtractive) && subtractive >= 0,
    () => `The subtractive margin must be at least 0, got ${subtractive}.`,
  );
}

interface Lowering {
  readonly margins: Margins;
  readonly hardCases: HardCases;
  /** Whether margins show in the gradient; else it is that of the cosine. */
  readonly differentiated: boolean;
}

function lowered(cosine: Tensor, lowering: Lowering): Tensor {
  const { multiplicative = 1, angular = 0, subtractive = 0 } = lowering.margins;
  const moved =
    multiplicative === 1 && angular === 0
      ? cosine
      : withAngularMargins(cosine, multiplicative, angular, lowering);
  return subtractive === 0 ? moved : sub(moved, subtractive);
}

function withAngularMargins(
  cosine: Tensor,
  multiplicative: number,
  angular: number,
  { hardCases, differentiated }: Lowering,
): Tensor {
  const compute = firstOrderGrad('marginLogits', (input, saveInput) => {
    const clipped = clipByValue(input as Tensor, -1, 1);
    // (1 - c)(1 + c) has no cancellation near 1, where 1 - c^2 has.
    const ownSine = sqrt(mul(sub(1, clipped), add(1, clipped)));
    const { value, sine } = turned({ cosine: clipped, sine: ownSine }, multiplicative, angular);
    const { lowest, beyond } = hardCaseRule(clipped, multiplicative, angular, hardCases);
    const usual = greater(clipped, lowest);
    const slope = div(mul(sine, multiplicative), maximum(ownSine, SMALLEST_SINE));
    (saveInput as GradSaveFunc)([differentiated ? where(usual, slope, onesLike(slope)) : onesLike(slope)]);
    return {
      value: where(usual, value, beyond),
      gradFunc: (dy: Tensor, saved: Tensor[]) => mul(dy, saved[0]!),
    };
  });
  return compute(cosine);
}

/** Cosine and sine of `multiplicative` times the angle plus `angular`; without a multiple, no arc cosine rounds. */
function turned(
  { cosine, sine }: { readonly cosine: Tensor; readonly sine: Tensor },
  multiplicative: number,
  angular: number,
): { readonly value: Tensor; readonly sine: Tensor } {
  if (multiplicative === 1) {
    const [c, s] = [Math.cos(angular), Math.sin(angular)];
    return {
      value: sub(mul(cosine, c), mul(sine, s)),
      sine: add(mul(sine, c), mul(cosine, s)),
    };
  }
  const angle = add(mul(acos(cosine), multiplicative), angular);
  return { value: cos(angle), sine: sin(angle) };
}

/** Margins count above the cosine `lowest`; at and below it the result is `beyond`, whose derivative is 1. */
function hardCaseRule(
  cosine: Tensor,
  multiplicative: number,
  angular: number,
  hardCases: HardCases,
): { readonly lowest: number; readonly beyond: Tensor } {
  switch (hardCases) {
    case 'none':
      return { lowest: BELOW_ALL, beyond: cosine };
    case 'easy':
      return { lowest: 0, beyond: cosine };
    case 'linear': {
      const last = (Math.PI - angular) / multiplicative;
      return { lowest: Math.cos(last), beyond: sub(cosine, (Math.PI - last) * Math.sin(last)) };
    }
  }
}
