import { add, mul, sub } from '@tensorflow/tfjs-core';
import { crossEntropy, type TeacherFreeVariant, teacherFreeSelfLoss } from 'kd-core';
import { bounded } from '../../schedules/bounded.ts';
import type { Schedule } from '../../schedules/schedule.ts';
import { type LogitMethodOptions, logitMethod } from '../logits/logit-method.ts';
import type { Method } from '../method.ts';

/** `temperature`: default 20, with the other defaults the authors' setting for MobileNetV2 on CIFAR-100. */
export interface TeacherFreeSelfOptions extends LogitMethodOptions {
  /** Share of the teacher in the loss, in [0, 1]; the labels have the rest. Default 0.95. */
  readonly alpha?: number | Schedule;
  /** Multiplies the teacher's part once more, at least 0. Default 1; the authors take 50 or 100 for large networks. */
  readonly multiplier?: number;
  /**
   * `reference` (default) is the authors' code, for which their settings are meant: T^2 times a mean over batch and classes, a
   * divergence that is smaller by the number of classes than the usual one. `paper`: summed over classes, without T^2.
   */
  readonly variant?: TeacherFreeVariant;
}

/**
 * Teacher-free self-training (Tf-KD self): `(1 - alpha) * cross entropy + alpha * multiplier * divergence` from a teacher that is
 * the student's own network, trained before. It brings the labels along. Terms: `crossEntropy` and `divergence`.
 * Yuan et al., 2020, arXiv:1909.11723, section 4.
 */
export function teacherFreeSelf({
  alpha = 0.95,
  multiplier = 1,
  variant = 'reference',
  ...options
}: TeacherFreeSelfOptions = {}): Method {
  return logitMethod({
    name: 'teacherFreeSelf',
    options,
    defaultTemperature: 20,
    config: { variant },
    scalars: {
      alpha: bounded(alpha, 'alpha', { minimum: 0, maximum: 1 }),
      multiplier: bounded(multiplier, 'multiplier', { minimum: 0 }),
    },
    loss({ studentLogits, teacherLogits, labels, mixed, temperature, scalars, plain }) {
      const hard = crossEntropy({ logits: plain.studentLogits, labels, mixed });
      const soft = teacherFreeSelfLoss({ studentLogits, teacherLogits, temperature, variant });
      const share = scalars.alpha!;
      return {
        total: add(mul(hard, sub(1, share)), mul(soft, mul(share, scalars.multiplier!))),
        terms: { crossEntropy: hard, divergence: soft },
      };
    },
  });
}
