import { add, mul, sub } from '@tensorflow/tfjs-core';
import {
  crossEntropy,
  requireArgument,
  type TeacherFreeVariant,
  teacherFreeRegularizationLoss,
} from 'kd-core';
import { bounded } from '../../schedules/bounded.ts';
import type { Schedule } from '../../schedules/schedule.ts';
import { type Method, noVariables } from '../method.ts';

export interface TeacherFreeRegularizationOptions {
  /** Above 0. Default 40, with the other defaults the authors' setting for MobileNetV2 on CIFAR-100. */
  readonly temperature?: number | Schedule;
  /** Share of the virtual teacher in the loss, in [0, 1]; the labels have the rest. Default 0.95. */
  readonly alpha?: number | Schedule;
  /** Multiplies the virtual teacher's part once more, at least 0. Default 1; the authors take 50 or 100 for large networks. */
  readonly multiplier?: number;
  /** What the virtual teacher gives to the label, in (0, 1]; below 1 for the variant `paper`. Default 0.99. */
  readonly correctProbability?: number;
  /** `reference` (default) is the authors' code, for which their settings are meant. See `teacherFreeRegularizationLoss`. */
  readonly variant?: TeacherFreeVariant;
}

/**
 * Teacher-free regularisation (Tf-KD reg): `(1 - alpha) * cross entropy + alpha * multiplier * divergence` from a virtual teacher
 * that is right about every label and holds all other classes for equally likely. It brings the labels along and needs no
 * teacher. Terms: `crossEntropy` and `divergence`. Yuan et al., 2020, arXiv:1909.11723, section 4.
 */
export function teacherFreeRegularization({
  temperature = 40,
  alpha = 0.95,
  multiplier = 1,
  correctProbability = 0.99,
  variant = 'reference',
}: TeacherFreeRegularizationOptions = {}): Method {
  const highest = variant === 'paper' ? 'below 1' : 'at most 1';
  requireArgument(
    correctProbability > 0 && (variant === 'paper' ? correctProbability < 1 : correctProbability <= 1),
    () => `correctProbability must be above 0 and ${highest}, got ${correctProbability}.`,
  );
  return {
    name: 'teacherFreeRegularization',
    config: { name: 'teacherFreeRegularization', correctProbability, variant },
    scalars: {
      temperature: bounded(temperature, 'temperature', { above: 0 }),
      alpha: bounded(alpha, 'alpha', { minimum: 0, maximum: 1 }),
      multiplier: bounded(multiplier, 'multiplier', { minimum: 0 }),
    },
    requires: { student: [], teachers: [], singleLabels: true },
    init: () => noVariables,
    loss({ student, labels, scalars, variables }) {
      const hard = crossEntropy({ logits: student.logits, labels });
      const soft = teacherFreeRegularizationLoss({
        studentLogits: student.logits,
        labels,
        temperature: scalars.temperature!,
        correctProbability,
        variant,
      });
      const share = scalars.alpha!;
      return {
        total: add(mul(hard, sub(1, share)), mul(soft, mul(share, scalars.multiplier!))),
        terms: { crossEntropy: hard, divergence: soft },
        state: variables.state,
      };
    },
  };
}
