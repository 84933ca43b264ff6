import { requireArgument } from 'kd-core';
import { type Schedule, toSchedule } from './schedule.ts';

/** Where the values of a schedule lie; every bound is optional. */
export interface Bounds {
  readonly minimum?: number;
  /** Excluded. */
  readonly above?: number;
  readonly maximum?: number;
}

/**
 * `value` as a schedule whose values keep the bounds. Throws `INVALID_ARGUMENT` for a number that does not, and, at the moment of
 * training, for a schedule that does not.
 */
export function bounded(value: number | Schedule, name: string, bounds: Bounds): Schedule {
  const { minimum = -Infinity, above = -Infinity, maximum = Infinity } = bounds;
  const check = (given: number): number => {
    requireArgument(
      given >= minimum && given > above && given <= maximum,
      () => `${name} must be ${described(bounds)}, got ${given}.`,
    );
    return given;
  };
  const schedule = toSchedule(value, name);
  if (typeof value === 'number') check(value);
  return (at) => check(schedule(at));
}

function described({ minimum, above, maximum }: Bounds): string {
  return [
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
  ].join(' and ');
}
