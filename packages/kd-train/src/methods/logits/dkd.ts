import { mul } from '@tensorflow/tfjs-core';
import { dkdLoss } from 'kd-core';
import { linear } from '../../schedules/linear.ts';
import type { Schedule } from '../../schedules/schedule.ts';
import type { Method } from '../method.ts';
import { type LogitMethodOptions, logitMethod } from './logit-method.ts';

/** `temperature`: default 4. */
export interface DkdOptions extends LogitMethodOptions {
  /** Weight of the label's class against all others. Default 1. */
  readonly alpha?: number | Schedule;
  /** Weight of the distribution among the other classes. Default 8; the surer the teacher, the larger: 2 to 8 on CIFAR-100. */
  readonly beta?: number | Schedule;
  /** Epochs over which the loss grows to its full weight, 1 / `warmupEpochs` in the first; 0 for none. Default 20. */
  readonly warmupEpochs?: number;
}

/**
 * Decoupled knowledge distillation: what the teacher says of the label's class, and what it says of the others, with weights of
 * their own; see `dkdLoss`. Beside the labels with weight 1. Term: `dkd`, before the warm-up.
 * Zhao et al., 2022, arXiv:2203.08679.
 */
export function dkd({ alpha = 1, beta = 8, warmupEpochs = 20, ...options }: DkdOptions = {}): Method {
  return logitMethod({
    name: 'dkd',
    options,
    scalars: {
      alpha,
      beta,
      warmup: warmupEpochs === 0 ? 1 : linear({ final: 1, epochs: warmupEpochs, by: 'epoch' }),
    },
    requires: { singleLabels: true },
    loss({ studentLogits, teacherLogits, labels, temperature, scalars }) {
      const loss = dkdLoss({
        studentLogits,
        teacherLogits,
        labels,
        temperature,
        alpha: scalars.alpha!,
        beta: scalars.beta!,
      });
      return { total: mul(loss, scalars.warmup!), terms: { dkd: loss } };
    },
  });
}
