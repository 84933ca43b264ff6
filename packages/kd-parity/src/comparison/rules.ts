import { type Fields, numberFieldOr, optionalFields } from '../fixtures/fields.ts';

/** The comparison rules of a loss case: the defaults of the fixtures, replaced one by one by its `tolerance`. */
export interface LossRules {
  readonly loss: (want: number) => number;
  /** `largest` is the largest |want| of this gradient, `largestOfCase` that of all gradients of the case. */
  readonly gradient: (largest: number, largestOfCase: number) => number;
  readonly buffer: (want: number) => number;
}

const BUFFER_ABSOLUTE = 1e-5;
/** Gradients that are zero in theory hold rounding noise in proportion to the others. */
const GRADIENT_NOISE = 1e-5;

export function lossRules(lossCase: Fields): LossRules {
  const tolerance = optionalFields(lossCase, 'tolerance');
  const lossAbsolute = numberFieldOr(tolerance, 'loss_atol', 1e-6);
  const lossRelative = numberFieldOr(tolerance, 'loss_rtol', 1e-5);
  const gradientAbsolute = numberFieldOr(tolerance, 'grad_atol', 1e-8);
  const gradientRelative = numberFieldOr(tolerance, 'grad_rtol', 1e-4);
  return {
    loss: (want) => lossAbsolute + lossRelative * Math.abs(want),
    gradient: (largest, largestOfCase) =>
      gradientRelative * largest + GRADIENT_NOISE * largestOfCase + gradientAbsolute,
    // Of a buffer of many thousands, such as the constants of CRD, float32 numbers are further apart.
    buffer: (want) => BUFFER_ABSOLUTE * Math.max(1, Math.abs(want)),
  };
}
