import { requireArgument } from 'kd-core';

/** A moment of a training run; everything counts from 0. */
export interface ScheduleTime {
  /** Optimiser updates made before this one. */
  readonly step: number;
  readonly epoch: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
}

/**
 * The value of a scalar (learning rate, temperature, weight) at a moment of training. Pure. Its values
 * enter the compiled step as inputs, so a change never causes a compilation.
 */
export type Schedule = (at: ScheduleTime) => number;

/** A number stands for the schedule that is always that number. */
export function toSchedule(value: number | Schedule, name: string): Schedule {
  if (typeof value === 'function') return value;
  requireArgument(
    typeof value === 'number' && Number.isFinite(value),
    () => `${name} must be a finite number or a schedule, got ${String(value)}.`,
  );
  return () => value;
}

/** The moment of step `step`. */
export function scheduleTime(step: number, run: { stepsPerEpoch: number; totalSteps: number }): ScheduleTime {
  return {
    step,
    epoch: Math.floor(step / run.stepsPerEpoch),
    stepsPerEpoch: run.stepsPerEpoch,
    totalSteps: run.totalSteps,
  };
}
