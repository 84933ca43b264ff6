import { add, mul, type Scalar } from '@tensorflow/tfjs-core';
import { crossEntropy, KdError, teacherFreeRegularizationLoss, teacherFreeSelfLoss } from 'kd-core';
import { numberField, numberFieldOr, stringField } from '../fixtures/fields.ts';
import { type LossAdapter, type LossContext, requiredTensor } from './loss-adapter.ts';

type Form = (context: LossContext) => Scalar;

/** The labels and the soft targets, which are multiplied once more beside their share. */
const mixed =
  (soft: Form): Form =>
  (context) => {
    const { inputs, hyper } = context;
    const alpha = numberField(hyper, 'alpha');
    const hard = crossEntropy({
      logits: requiredTensor(inputs, 'y_s'),
      labels: requiredTensor(inputs, 'target'),
    });
    return add(mul(hard, 1 - alpha), mul(soft(context), alpha * numberFieldOr(hyper, 'multiplier', 1)));
  };

const smoothing =
  (over: 'all' | 'others', key: string): Form =>
  ({ inputs, hyper }) =>
    crossEntropy({
      logits: requiredTensor(inputs, 'y_s'),
      labels: requiredTensor(inputs, 'target'),
      labelSmoothing: numberField(hyper, key),
      smoothingOver: over,
    });

const forms: Readonly<Record<string, Form>> = {
  reg: mixed(({ inputs, hyper }) =>
    teacherFreeRegularizationLoss({
      studentLogits: requiredTensor(inputs, 'y_s'),
      labels: requiredTensor(inputs, 'target'),
      temperature: numberField(hyper, 'T'),
      correctProbability: numberFieldOr(hyper, 'correct_prob', 0.99),
      variant: 'reference',
    }),
  ),
  self: mixed(({ inputs, hyper }) =>
    teacherFreeSelfLoss({
      studentLogits: requiredTensor(inputs, 'y_s'),
      teacherLogits: requiredTensor(inputs, 'y_t'),
      temperature: numberField(hyper, 'T'),
      variant: 'reference',
    }),
  ),
  label_smoothing: smoothing('others', 'alpha'),
  label_smoothing_torch: smoothing('all', 'epsilon'),
};

export const teacherFree: LossAdapter = {
  evaluate(context) {
    const name = stringField(context.hyper, 'form');
    const form = Object.hasOwn(forms, name) ? forms[name] : undefined;
    if (form === undefined) throw new KdError('UNSUPPORTED', `no such form here (${name})`);
    return { loss: form(context) };
  },
};
