import { hintonLoss } from 'kd-core';
import {
  type CurriculumTemperatureOptions,
  curriculumTemperature,
} from '../../temperatures/curriculum-temperature.ts';
import type { Method } from '../method.ts';
import { type LogitMethodOptions, logitMethod } from './logit-method.ts';

export interface CtkdOptions
  extends CurriculumTemperatureOptions,
    Pick<LogitMethodOptions, 'logitTransform' | 'teacher'> {}

/**
 * CTKD as it is published: soft targets at a temperature that is learned against the student, which is
 * `hinton({ temperature: curriculumTemperature(options) })`. Other methods take the same temperature. Beside the labels with
 * weight 0.9. Terms: `ctkd`, `temperature`, `reversal`.
 * Li et al., AAAI 2023, arXiv:2211.16231.
 */
export function ctkd({ logitTransform, teacher = 0, ...options }: CtkdOptions = {}): Method {
  return logitMethod({
    name: 'ctkd',
    options: {
      temperature: curriculumTemperature(options),
      teacher,
      ...(logitTransform && { logitTransform }),
    },
    loss: ({ studentLogits, teacherLogits, temperature }) =>
      hintonLoss({ studentLogits, teacherLogits, temperature }),
  });
}
