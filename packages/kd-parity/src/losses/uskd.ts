import { add, matMul, mul, type Scalar } from '@tensorflow/tfjs-core';
import { uskdLosses } from 'kd-core';
import { numberField, numberFieldOr } from '../fixtures/fields.ts';
import { type LossAdapter, requiredTensor } from './loss-adapter.ts';

export const uskd: LossAdapter = {
  evaluate({ inputs, params, hyper }) {
    const weakLogits = add(
      matMul(requiredTensor(inputs, 'mid'), requiredTensor(params, 'fc.weight')),
      requiredTensor(params, 'fc.bias'),
    );
    const { target, nonTarget, weak } = uskdLosses({
      studentLogits: requiredTensor(inputs, 'y_s'),
      weakLogits,
      labels: requiredTensor(inputs, 'target'),
      labelSmoothing: numberFieldOr(hyper, 'label_smoothing', 0.1),
      variant: 'reference',
    });
    const own = add<Scalar>(
      mul(target, numberField(hyper, 'alpha')),
      mul(nonTarget, numberField(hyper, 'beta')),
    );
    return { loss: add(own, mul(weak, numberField(hyper, 'mu'))) };
  },
};
