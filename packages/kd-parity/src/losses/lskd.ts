import type { Tensor } from '@tensorflow/tfjs-core';
import { hintonLoss, standardizeLogits } from 'kd-core';
import { booleanFieldOr, numberField } from '../fixtures/fields.ts';
import { dkdOfCase } from './dkd.ts';
import { type LossAdapter, requiredTensor } from './loss-adapter.ts';

export const lskd: LossAdapter = {
  evaluate(context) {
    const { inputs, hyper } = context;
    const transform = booleanFieldOr(hyper, 'logit_stand', true)
      ? (logits: Tensor): Tensor => standardizeLogits(logits)
      : (logits: Tensor): Tensor => logits;
    const temperature = numberField(hyper, 'T');
    if (hyper.values.criterion === 'DKD') return { loss: dkdOfCase(context, temperature, transform) };
    return {
      loss: hintonLoss({
        studentLogits: transform(requiredTensor(inputs, 'y_s')),
        teacherLogits: transform(requiredTensor(inputs, 'y_t')),
        temperature,
      }),
    };
  },
};
