import { requireArgument } from 'kd-core';

export interface LogOptions {
  /** Which network of several that share a file this training is of, such as `teacher`. Default `student`. */
  readonly network?: string;
  /** Steps are written when the number of updates made is a multiple of this; default 1, all of them. */
  readonly everySteps?: number;
}

/** Whether a step after which `updates` have been made is written. Throws `INVALID_ARGUMENT` unless `everySteps` is a positive integer. */
export function stepFilter(everySteps = 1): (updates: number) => boolean {
  requireArgument(
    Number.isInteger(everySteps) && everySteps > 0,
    () => `everySteps must be a positive integer, got ${everySteps}.`,
  );
  return (updates) => updates % everySteps === 0;
}
