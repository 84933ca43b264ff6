import { requireArgument } from 'kd-core';
import { type Schedule, toSchedule } from './schedule.ts';

/**
 * All of `factors` at one moment, multiplied: PyTorch's `ChainedScheduler`, where one of them has the rate and the others factors.
 * Throws `INVALID_ARGUMENT` for an empty list.
 */
export function product(factors: readonly (number | Schedule)[]): Schedule {
  requireArgument(factors.length > 0, () => 'product needs at least one schedule.');
  const schedules = factors.map((factor, index) => toSchedule(factor, `factors[${index}]`));
  return (at) => schedules.reduce((value, schedule) => value * schedule(at), 1);
}
