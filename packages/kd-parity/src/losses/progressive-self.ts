import { tensor1d } from '@tensorflow/tfjs-core';
import { progressiveSelfLoss } from 'kd-core';
import { linear, scheduleTime } from 'kd-train';
import { numberField } from '../fixtures/fields.ts';
import { type LossAdapter, requiredTensor } from './loss-adapter.ts';

export const progressiveSelf: LossAdapter = {
  evaluate({ inputs, hyper }) {
    const run = { stepsPerEpoch: 1, totalSteps: numberField(hyper, 'end_epoch') };
    const alpha = linear({ final: numberField(hyper, 'alpha_T'), by: 'epoch' })(
      scheduleTime(numberField(hyper, 'epoch'), run),
    );
    return {
      loss: progressiveSelfLoss({
        studentLogits: requiredTensor(inputs, 'y_s'),
        pastProbabilities: requiredTensor(inputs, 'past_probabilities'),
        labels: requiredTensor(inputs, 'target'),
        alpha,
      }),
      outputs: { alpha_t: tensor1d([alpha]) },
    };
  },
};
