import { requireArgument } from 'kd-core';
import { type Schedule, toSchedule } from './schedule.ts';

export interface WarmupOptions {
  /** The length of the warm-up, at least 0, as either steps or epochs. */
  readonly steps?: number;
  readonly epochs?: number;
  /** The factor of the first step, from 0 to 1. Default: as much as the factor grows by in each step. */
  readonly startFactor?: number;
  /** Not shifted: it sees the steps and epochs of the whole run. */
  readonly schedule: number | Schedule;
}

/**
 * Linear warm-up: `schedule` at that moment times a factor that grows to 1. By default the factor is `(step + 1) / steps`, so that it is 1
 * in the last step of the warm-up: Goyal et al., 2017, arXiv:1706.02677, section 2.2. With a `startFactor` it is `startFactor +
 * (1 - startFactor) * step / steps`, so that it is 1 in the first step after: PyTorch's `LinearLR`, chained with another.
 * Throws `INVALID_ARGUMENT` for values out of range.
 */
export function warmup({ steps, epochs, startFactor, schedule }: WarmupOptions): Schedule {
  requireArgument(
    (steps === undefined) !== (epochs === undefined),
    () => 'Give the length of the warm-up as either steps or epochs.',
  );
  requireArgument(
    steps === undefined || (Number.isInteger(steps) && steps >= 0),
    () => `steps must be a non-negative integer, got ${steps}.`,
  );
  requireArgument(
    epochs === undefined || (Number.isFinite(epochs) && epochs >= 0),
    () => `epochs must be finite and at least 0, got ${epochs}.`,
  );
  requireArgument(
    startFactor === undefined || (startFactor >= 0 && startFactor <= 1),
    () => `startFactor must be from 0 to 1, got ${startFactor}.`,
  );
  const target = toSchedule(schedule, 'schedule');
  return (at) => {
    const length = steps ?? Math.round(epochs! * at.stepsPerEpoch);
    if (at.step >= length) return target(at);
    const factor =
      startFactor === undefined
        ? (at.step + 1) / length
        : startFactor + (1 - startFactor) * (at.step / length);
    return target(at) * factor;
  };
}
