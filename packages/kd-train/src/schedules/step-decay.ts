import { requireArgument } from 'kd-core';
import type { Schedule } from './schedule.ts';

export interface StepDecayOptions {
  readonly initial: number;
  /** Epochs, counted from 0 and increasing: the first epoch with the lower value. */
  readonly milestones: readonly number[];
  /** What the value is multiplied by at each milestone. */
  readonly factor: number;
}

/**
 * `initial * factor^(milestones reached)`. The usual CIFAR-100 recipe "0.05, times 0.1 after epochs 150, 180
 * and 210" of 240 is `{ initial: 0.05, milestones: [150, 180, 210], factor: 0.1 }`.
 * Throws `INVALID_ARGUMENT` for milestones that are not increasing non-negative integers.
 */
export function stepDecay({ initial, milestones, factor }: StepDecayOptions): Schedule {
  requireArgument(Number.isFinite(initial), () => `initial must be finite, got ${initial}.`);
  requireArgument(Number.isFinite(factor), () => `factor must be finite, got ${factor}.`);
  milestones.forEach((milestone, index) => {
    requireArgument(
      Number.isInteger(milestone) && milestone >= 0 && (index === 0 || milestone > milestones[index - 1]!),
      () => `milestones must be increasing epochs counted from 0, got [${milestones.join(', ')}].`,
    );
  });
  return ({ epoch }) => initial * factor ** milestones.filter((milestone) => epoch >= milestone).length;
}
