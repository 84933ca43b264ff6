import { nkdLoss } from 'kd-core';
import type { Schedule } from '../../schedules/schedule.ts';
import type { Method } from '../method.ts';
import { type LogitMethodOptions, logitMethod } from './logit-method.ts';

/** `temperature`: of the other classes. Default 1, as for ImageNet; 3 for CIFAR-100. */
export interface NkdOptions extends LogitMethodOptions {
  /** Weight of the other classes. Default 1.5, as for ImageNet; 3.5 for CIFAR-100. */
  readonly gamma?: number | Schedule;
}

/**
 * Normalised knowledge distillation: the label, as far as the teacher believes in it, and the distribution among the other
 * classes; see `nkdLoss`. Beside the labels with weight 1.
 * Yang et al., 2023, arXiv:2303.13005.
 */
export function nkd({ gamma = 1.5, ...options }: NkdOptions = {}): Method {
  return logitMethod({
    name: 'nkd',
    options,
    defaultTemperature: 1,
    scalars: { gamma },
    requires: { singleLabels: true },
    loss: ({ studentLogits, teacherLogits, labels, temperature, scalars }) =>
      nkdLoss({ studentLogits, teacherLogits, labels, temperature, gamma: scalars.gamma! }),
  });
}
