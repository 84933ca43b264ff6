import { requireArgument } from 'kd-core';
import { type Schedule, type ScheduleTime, scheduleTime, toSchedule } from './schedule.ts';

/** A part of a sequence: a schedule and its length. */
export interface SequencePart {
  readonly schedule: number | Schedule;
  /** Its length, above 0, as either epochs or steps; the last part has neither and takes the rest of the run. */
  readonly epochs?: number;
  readonly steps?: number;
}

/**
 * One schedule after the other, each in a time of its own: its step 0 is the first of its part, and its run is as long as the part.
 * PyTorch's `SequentialLR`. A warm-up of 5 epochs to a cosine over the rest is
 * `sequence([{ schedule: linear({ initial: 0.01, final: 0.1 }), epochs: 5 }, { schedule: cosine({ initial: 0.1 }) }])`.
 * A part that begins amid an epoch counts its epochs from there. Throws `INVALID_ARGUMENT` for parts without a length.
 */
export function sequence(parts: readonly SequencePart[]): Schedule {
  requireArgument(parts.length > 0, () => 'sequence needs at least one part.');
  const schedules = parts.map(({ schedule, epochs, steps }, index) => {
    const title = `parts[${index}]`;
    const length = epochs ?? steps;
    if (index === parts.length - 1) {
      requireArgument(
        length === undefined,
        () =>
          `${title} is the last part, which takes the rest of the run; it must have neither epochs nor steps.`,
      );
    } else {
      requireArgument(
        (epochs === undefined) !== (steps === undefined) && Number.isFinite(length) && length! > 0,
        () => `${title} must have a length above 0, as either epochs or steps.`,
      );
    }
    return toSchedule(schedule, `${title}.schedule`);
  });
  const lengthOf = ({ epochs, steps }: SequencePart, { stepsPerEpoch }: ScheduleTime): number =>
    Math.round(steps ?? epochs! * stepsPerEpoch);

  return (at) => {
    let [index, step, rest] = [0, at.step, at.totalSteps];
    let length = rest;
    for (; index < parts.length - 1; index++) {
      length = lengthOf(parts[index]!, at);
      if (step < length) break;
      step -= length;
      rest -= length;
      length = rest;
    }
    const time = scheduleTime(step, { stepsPerEpoch: at.stepsPerEpoch, totalSteps: Math.max(1, length) });
    return schedules[index]!(time);
  };
}
