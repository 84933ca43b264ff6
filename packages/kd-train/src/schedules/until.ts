import { requireArgument } from 'kd-core';
import { type Schedule, toSchedule } from './schedule.ts';

export interface UntilOptions {
  /** The first epoch that has `after`, counted from 0. */
  readonly epoch: number;
  readonly before: number | Schedule;
  /** Not shifted: it sees the steps and epochs of the whole run. */
  readonly after: number | Schedule;
}

/**
 * A switch: `before` in the epochs below `epoch`, `after` from then on. Early-stopped distillation is
 * `weight(until({ epoch: 60, before: 0.9, after: 0 }), hinton())`. Throws `INVALID_ARGUMENT` unless `epoch` is a whole number.
 */
export function until({ epoch: first, before, after }: UntilOptions): Schedule {
  requireArgument(
    Number.isInteger(first) && first >= 0,
    () => `epoch must be a whole number, 0 or more, got ${first}.`,
  );
  const [early, late] = [toSchedule(before, 'before'), toSchedule(after, 'after')];
  return (at) => (at.epoch < first ? early(at) : late(at));
}
