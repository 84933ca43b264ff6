import { hintonLoss } from 'kd-core';
import {
  type StandardizeLogitsOptions,
  standardizeLogits,
} from '../../logit-transforms/standardize-logits.ts';
import type { Method } from '../method.ts';
import { type LogitMethodOptions, logitMethod } from './logit-method.ts';

/** `temperature`: default 2. */
export interface LskdOptions
  extends StandardizeLogitsOptions,
    Pick<LogitMethodOptions, 'temperature' | 'teacher'> {}

/**
 * LSKD as it is published: soft targets of standardised logits, which is `hinton({ temperature: 2, logitTransform:
 * standardizeLogits() })`. Other methods take the same transform. Beside the labels (0.1) with weight 9.
 * Sun et al., CVPR 2024, arXiv:2403.01427.
 */
export function lskd({ epsilon = 1e-7, ...options }: LskdOptions = {}): Method {
  return logitMethod({
    name: 'lskd',
    options: { ...options, logitTransform: standardizeLogits({ epsilon }) },
    defaultTemperature: 2,
    loss: ({ studentLogits, teacherLogits, temperature }) =>
      hintonLoss({ studentLogits, teacherLogits, temperature }),
  });
}
