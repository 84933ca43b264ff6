import { requireArgument } from 'kd-core';
import { type Schedule, toSchedule } from './schedule.ts';

/**
 * Linear warm-up: for the first `steps` steps the value of `schedule` at that moment times `(step + 1) / steps`,
 * afterwards `schedule` itself, not shifted. Goyal et al., 2017, arXiv:1706.02677, section 2.2.
 */
export function warmup({ steps, schedule }: { steps: number; schedule: number | Schedule }): Schedule {
  requireArgument(
    Number.isInteger(steps) && steps >= 0,
    () => `steps must be a non-negative integer, got ${steps}.`,
  );
  const target = toSchedule(schedule, 'schedule');
  return (at) => (at.step < steps ? (target(at) * (at.step + 1)) / steps : target(at));
}
