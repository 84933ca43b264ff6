import { requireArgument } from 'kd-core';

/** Throws `INVALID_ARGUMENT` unless there is such a batch. */
export function requireBatch(epoch: number, index: number, stepsPerEpoch: number): void {
  requireArgument(
    Number.isInteger(epoch) && epoch >= 0,
    () => `epoch must be a whole number, 0 or more, got ${epoch}.`,
  );
  requireArgument(
    Number.isInteger(index) && index >= 0 && index < stepsPerEpoch,
    () => `An epoch has the batches 0..${stepsPerEpoch - 1}, but batch ${index} was asked for.`,
  );
}
