import { transformedTeacherLoss } from 'kd-core';
import type { Method } from '../method.ts';
import { type LogitMethodOptions, logitMethod } from './logit-method.ts';

/** `temperature`: of the teacher alone, 1 / gamma of the paper. Default 10. */
export interface TtmOptions extends LogitMethodOptions {}

/** `temperature`: of the teacher alone, 1 / gamma of the paper. Default 5. */
export interface WttmOptions extends LogitMethodOptions {}

/**
 * Transformed teacher matching: the student, without a temperature, learns the teacher's probabilities raised to a power; see
 * `transformedTeacherLoss`. Beside the labels with a weight of 4 to 80, 45 in the published example.
 * Zheng and Yang, 2024, arXiv:2402.11148.
 */
export function ttm(options: TtmOptions = {}): Method {
  return transformedTeacher('ttm', options, 10);
}

/**
 * `ttm` in which samples count the more the less sure the teacher is of them. Beside the labels with weight 4 in the published
 * example. Zheng and Yang, 2024, arXiv:2402.11148.
 */
export function wttm(options: WttmOptions = {}): Method {
  return transformedTeacher('wttm', options, 5);
}

function transformedTeacher(
  name: 'ttm' | 'wttm',
  options: LogitMethodOptions,
  defaultTemperature: number,
): Method {
  return logitMethod({
    name,
    options,
    defaultTemperature,
    loss: ({ studentLogits, teacherLogits, temperature }) =>
      transformedTeacherLoss({ studentLogits, teacherLogits, temperature, weighted: name === 'wttm' }),
  });
}
