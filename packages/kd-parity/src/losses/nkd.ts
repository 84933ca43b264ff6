import { nkdLoss } from 'kd-core';
import { numberField } from '../fixtures/fields.ts';
import { type LossAdapter, requiredTensor } from './loss-adapter.ts';

export const nkd: LossAdapter = {
  evaluate: ({ inputs, hyper }) => ({
    loss: nkdLoss({
      studentLogits: requiredTensor(inputs, 'y_s'),
      teacherLogits: requiredTensor(inputs, 'y_t'),
      labels: requiredTensor(inputs, 'target'),
      temperature: numberField(hyper, 'temp'),
      gamma: numberField(hyper, 'gamma'),
    }),
  }),
};
