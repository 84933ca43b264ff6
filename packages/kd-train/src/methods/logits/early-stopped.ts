import { add, mul, sub } from '@tensorflow/tfjs-core';
import { crossEntropy, hintonLoss, requireArgument } from 'kd-core';
import { type Schedule, toSchedule } from '../../schedules/schedule.ts';
import type { Method } from '../method.ts';
import { type LogitMethodOptions, logitMethod } from './logit-method.ts';

/** `temperature`: default 4. */
export interface EarlyStoppedOptions extends LogitMethodOptions {
  /** Share of the teacher in the loss while it teaches, in [0, 1]; the labels have the rest. Default 0.9. */
  readonly alpha?: number | Schedule;
  /** Share of the run, in [0, 1], after which the labels alone teach; rounded to whole epochs. Default 0.3. */
  readonly stopAfter?: number;
}

/**
 * Early-stopped distillation (ESKD): `(1 - alpha) * cross entropy + alpha * hinton`, and the cross entropy alone for the rest of
 * the run, because a small student follows the teacher at the cost of the labels in the end. It brings the labels along.
 * Terms: `crossEntropy` and `hinton`.
 * Cho and Hariharan, 2019, arXiv:1910.01348.
 */
export function earlyStopped({ alpha = 0.9, stopAfter = 0.3, ...options }: EarlyStoppedOptions = {}): Method {
  requireArgument(
    typeof alpha !== 'number' || (alpha >= 0 && alpha <= 1),
    () => `alpha must be in [0, 1], got ${String(alpha)}.`,
  );
  requireArgument(
    stopAfter >= 0 && stopAfter <= 1,
    () => `stopAfter must be in [0, 1], a share of the run, got ${stopAfter}.`,
  );
  const teaching = toSchedule(alpha, 'alpha');
  return logitMethod({
    name: 'earlyStopped',
    options,
    scalars: {
      alpha: (at) =>
        at.epoch < Math.round((stopAfter * at.totalSteps) / at.stepsPerEpoch) ? teaching(at) : 0,
    },
    loss({ studentLogits, teacherLogits, labels, mixed, temperature, scalars, plain }) {
      const share = scalars.alpha!;
      const soft = hintonLoss({ studentLogits, teacherLogits, temperature });
      const hard = crossEntropy({ logits: plain.studentLogits, labels, mixed });
      return {
        total: add(mul(hard, sub(1, share)), mul(soft, share)),
        terms: { crossEntropy: hard, hinton: soft },
      };
    },
  });
}
