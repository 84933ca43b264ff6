import { requireArgument } from 'kd-core';
import type { Schedule } from './schedule.ts';

interface AtMilestones {
  /** Epochs, counted from 0 and increasing: the first epoch with the lower value. */
  readonly milestones: readonly number[];
  readonly every?: never;
}

interface AtIntervals {
  /** Epochs from one decay to the next, a positive integer. */
  readonly every: number;
  readonly milestones?: never;
}

export type StepDecayOptions = {
  readonly initial: number;
  /** What the value is multiplied by at each decay. */
  readonly factor: number;
} & (AtMilestones | AtIntervals);

/**
 * `initial * factor^(decays so far)`, either at milestones or after every so many epochs. The usual CIFAR-100 recipe "0.05,
 * times 0.1 after epochs 150, 180 and 210" of 240 is `{ initial: 0.05, milestones: [150, 180, 210], factor: 0.1 }`.
 * PyTorch's `MultiStepLR` and `StepLR`. Throws `INVALID_ARGUMENT` for milestones that are not increasing non-negative integers,
 * and unless there is either `milestones` or `every`.
 */
export function stepDecay({ initial, factor, milestones, every }: StepDecayOptions): Schedule {
  requireArgument(Number.isFinite(initial), () => `initial must be finite, got ${initial}.`);
  requireArgument(Number.isFinite(factor), () => `factor must be finite, got ${factor}.`);
  requireArgument(
    (milestones === undefined) !== (every === undefined),
    () => 'Give the epochs of the decays as either milestones or every.',
  );
  if (every !== undefined) {
    requireArgument(
      Number.isInteger(every) && every >= 1,
      () => `every must be a positive integer of epochs, got ${every}.`,
    );
    return ({ epoch }) => initial * factor ** Math.floor(epoch / every);
  }
  const sorted = milestones!;
  sorted.forEach((milestone, index) => {
    requireArgument(
      Number.isInteger(milestone) && milestone >= 0 && (index === 0 || milestone > sorted[index - 1]!),
      () => `milestones must be increasing epochs counted from 0, got [${sorted.join(', ')}].`,
    );
  });
  return ({ epoch }) => initial * factor ** sorted.filter((milestone) => epoch >= milestone).length;
}
