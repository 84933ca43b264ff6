import { distLoss, distRelations } from 'kd-core';
import { numberField, numberFieldOr } from '../fixtures/fields.ts';
import { type LossAdapter, requiredTensor } from './loss-adapter.ts';

export const dist: LossAdapter = {
  evaluate({ inputs, hyper }) {
    const options = {
      studentLogits: requiredTensor(inputs, 'y_s'),
      teacherLogits: requiredTensor(inputs, 'y_t'),
      temperature: numberField(hyper, 'tau'),
      epsilon: numberFieldOr(hyper, 'eps', 1e-8),
    };
    return {
      loss: distLoss({
        ...options,
        beta: numberField(hyper, 'beta'),
        gamma: numberField(hyper, 'gamma'),
      }),
      outputs: { ...distRelations(options) },
    };
  },
};
