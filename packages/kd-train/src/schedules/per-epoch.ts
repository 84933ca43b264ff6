import { type Schedule, toSchedule } from './schedule.ts';

/**
 * `schedule` in steps of whole epochs: every step of an epoch has the value of the epoch's first step. Schedulers of PyTorch that are
 * advanced once an epoch give these values.
 */
export function perEpoch(schedule: number | Schedule): Schedule {
  const inner = toSchedule(schedule, 'schedule');
  return (at) => inner({ ...at, step: at.epoch * at.stepsPerEpoch });
}
