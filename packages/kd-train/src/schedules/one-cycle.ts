import { requireArgument } from 'kd-core';
import type { Schedule } from './schedule.ts';

export interface OneCycleOptions {
  readonly maximum: number;
  /** The value starts at `maximum / initialDivisor`; above 0. Default 25. */
  readonly initialDivisor?: number;
  /** The last value is the first divided by this; above 0. Default 10000. */
  readonly finalDivisor?: number;
  /** Share of the run in which the value rises, between 0 and 1. Default 0.3. */
  readonly rise?: number;
  /** How it goes from one value to the next: along half a cosine (default) or in a straight line. */
  readonly anneal?: 'cosine' | 'linear';
  /** Falls to the first value in as many steps as it rose in, and from there to the last. Default false: to the last at once. */
  readonly threePhases?: boolean;
}

/**
 * One rise to `maximum` and one fall far below the start, over the whole run, step by step; `maximum` stands at the end of the rise and
 * the last value in the last step. Smith and Topin, 2019, arXiv:1708.07120. The values of PyTorch's `OneCycleLR`, whose momentum
 * cycles against them by default; ours does not (`cycle_momentum=False`). Throws `INVALID_ARGUMENT` for values out of range.
 */
export function oneCycle({
  maximum,
  initialDivisor = 25,
  finalDivisor = 1e4,
  rise = 0.3,
  anneal = 'cosine',
  threePhases = false,
}: OneCycleOptions): Schedule {
  requireArgument(Number.isFinite(maximum), () => `maximum must be finite, got ${maximum}.`);
  for (const [name, divisor] of Object.entries({ initialDivisor, finalDivisor })) {
    requireArgument(
      Number.isFinite(divisor) && divisor > 0,
      () => `${name} must be finite and above 0, got ${divisor}.`,
    );
  }
  requireArgument(rise > 0 && rise < 1, () => `rise must be between 0 and 1, got ${rise}.`);
  requireArgument(
    !threePhases || rise <= 0.5,
    () => `rise must be at most 0.5 with three phases, as the fall is as long, got ${rise}.`,
  );
  requireArgument(
    anneal === 'cosine' || anneal === 'linear',
    () => `anneal must be 'cosine' or 'linear', got '${String(anneal)}'.`,
  );
  const initial = maximum / initialDivisor;
  const final = initial / finalDivisor;
  const between = anneal === 'cosine' ? alongCosine : alongLine;

  return ({ step, totalSteps }) => {
    const top = rise * totalSteps - 1;
    const last = totalSteps - 1;
    if (step <= top) return between(initial, maximum, shareOf(step, 0, top));
    if (!threePhases) return between(maximum, final, shareOf(step, top, last));
    const back = 2 * rise * totalSteps - 2;
    if (step <= back) return between(maximum, initial, shareOf(step, top, back));
    return between(initial, final, shareOf(step, back, last));
  };
}

function shareOf(step: number, from: number, to: number): number {
  return to > from ? Math.min(1, (step - from) / (to - from)) : 1;
}

function alongLine(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function alongCosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}
