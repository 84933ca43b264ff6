import { type Schedule, toSchedule } from './schedule.ts';

/** Always `value`. Throws `INVALID_ARGUMENT` unless it is finite. */
export function constant(value: number): Schedule {
  return toSchedule(value, 'value');
}
