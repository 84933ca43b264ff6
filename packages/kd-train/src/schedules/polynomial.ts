import { requireArgument } from 'kd-core';
import type { Schedule } from './schedule.ts';

export interface PolynomialOptions {
  readonly initial: number;
  /** Default 0. */
  readonly final?: number;
  /** Above 0; 1 is a straight line. Default 0.9, as in L.-C. Chen et al., "DeepLab", 2016, arXiv:1606.00915, section 4.1. */
  readonly power?: number;
}

/**
 * `final + (initial - final) * (1 - step / totalSteps)^power`: from `initial` to `final` at the end of the run.
 * Throws `INVALID_ARGUMENT` for values out of range.
 */
export function polynomial({ initial, final = 0, power = 0.9 }: PolynomialOptions): Schedule {
  requireArgument(Number.isFinite(initial), () => `initial must be finite, got ${initial}.`);
  requireArgument(Number.isFinite(final), () => `final must be finite, got ${final}.`);
  requireArgument(Number.isFinite(power) && power > 0, () => `power must be above 0, got ${power}.`);
  return ({ step, totalSteps }) => final + (initial - final) * Math.max(0, 1 - step / totalSteps) ** power;
}
