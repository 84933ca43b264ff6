import { transformedTeacherLoss } from 'kd-core';
import { booleanFieldOr, numberField } from '../fixtures/fields.ts';
import { type LossAdapter, requiredTensor } from './loss-adapter.ts';

export const ttm: LossAdapter = {
  evaluate: ({ inputs, hyper }) => ({
    loss: transformedTeacherLoss({
      studentLogits: requiredTensor(inputs, 'y_s'),
      teacherLogits: requiredTensor(inputs, 'y_t'),
      temperature: 1 / numberField(hyper, 'l'),
      weighted: booleanFieldOr(hyper, 'weighted', false),
    }),
  }),
};
