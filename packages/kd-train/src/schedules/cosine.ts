import { requireArgument } from 'kd-core';
import type { Schedule } from './schedule.ts';

/**
 * `final + (initial - final) * (1 + cos(pi * step / totalSteps)) / 2`: `initial` at step 0, towards `final`
 * (default 0) at the end of the run. Loshchilov and Hutter, 2017, arXiv:1608.03983, equation 5, without restarts.
 */
export function cosine({ initial, final = 0 }: { initial: number; final?: number }): Schedule {
  requireArgument(Number.isFinite(initial), () => `initial must be finite, got ${initial}.`);
  requireArgument(Number.isFinite(final), () => `final must be finite, got ${final}.`);
  return ({ step, totalSteps }) =>
    final + ((initial - final) * (1 + Math.cos((Math.PI * Math.min(step, totalSteps)) / totalSteps))) / 2;
}
