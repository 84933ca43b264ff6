import { requireArgument } from 'kd-core';
import type { Schedule } from './schedule.ts';

export interface CosineOptions {
  readonly initial: number;
  /** Default 0. */
  readonly final?: number;
  /** Falls again and again instead of once; default once, over the whole run. */
  readonly restarts?: {
    /** Length of the first fall, above 0. */
    readonly epochs: number;
    /** What each fall is longer than the one before, at least 1. Default 1. */
    readonly factor?: number;
  };
}

/**
 * `final + (initial - final) * (1 + cos(pi * done)) / 2`, where `done` is the share of a fall that is over: `initial` at its start,
 * towards `final` at its end. Loshchilov and Hutter, 2017, arXiv:1608.03983, equation 5. PyTorch's `CosineAnnealingLR` over the
 * run, or with `restarts` its `CosineAnnealingWarmRestarts`; `perEpoch` gives what they are where they count epochs.
 * Throws `INVALID_ARGUMENT` for values out of range.
 */
export function cosine({ initial, final = 0, restarts }: CosineOptions): Schedule {
  requireArgument(Number.isFinite(initial), () => `initial must be finite, got ${initial}.`);
  requireArgument(Number.isFinite(final), () => `final must be finite, got ${final}.`);
  const valueAt = (done: number): number => final + ((initial - final) * (1 + Math.cos(Math.PI * done))) / 2;
  if (restarts === undefined) {
    return ({ step, totalSteps }) => valueAt(Math.min(step, totalSteps) / totalSteps);
  }
  const { epochs, factor = 1 } = restarts;
  requireArgument(
    Number.isFinite(epochs) && epochs > 0,
    () => `restarts.epochs must be above 0, got ${epochs}.`,
  );
  requireArgument(
    Number.isFinite(factor) && factor >= 1,
    () => `restarts.factor must be at least 1, got ${factor}.`,
  );
  return ({ step, stepsPerEpoch }) => {
    let passed = step;
    let length = epochs * stepsPerEpoch;
    while (passed >= wholeIfNearly(length)) {
      passed -= wholeIfNearly(length);
      length *= factor;
    }
    return valueAt(passed / wholeIfNearly(length));
  };
}

/** 0.07 epochs of 100 steps are 7 steps, though their product is 7.000000000000001, which the seventh step would not reach. */
function wholeIfNearly(steps: number): number {
  const whole = Math.round(steps);
  return whole > 0 && Math.abs(steps - whole) < 1e-9 * whole ? whole : steps;
}
