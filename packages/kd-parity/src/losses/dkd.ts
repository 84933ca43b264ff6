import { mean, mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { decoupledDivergences, dkdLoss, type Temperature } from 'kd-core';
import { type Fields, numberField } from '../fixtures/fields.ts';
import { type LossAdapter, type LossContext, requiredTensor } from './loss-adapter.ts';

/** DKD with the weights of a case, of its logits as `transform` leaves them. */
export function dkdOfCase(
  { inputs, hyper }: LossContext,
  temperature: Temperature,
  transform: (logits: Tensor) => Tensor = (logits) => logits,
): Scalar {
  return dkdLoss({ ...dkdInputs(inputs, transform), temperature, ...weights(hyper), variant: 'reference' });
}

export const dkd: LossAdapter = {
  evaluate(context) {
    const { inputs, hyper } = context;
    const temperature = numberField(hyper, 'T');
    const { target, others } = decoupledDivergences({
      ...dkdInputs(inputs),
      temperature,
      variant: 'reference',
    });
    const scaled = (part: Tensor): Tensor => mul(mean(part), temperature ** 2);
    return {
      loss: dkdOfCase(context, temperature),
      outputs: { tckd: scaled(target), nckd: scaled(others) },
    };
  },
};

function weights(hyper: Fields): { readonly alpha: number; readonly beta: number } {
  return { alpha: numberField(hyper, 'alpha'), beta: numberField(hyper, 'beta') };
}

function dkdInputs(
  inputs: LossContext['inputs'],
  transform: (logits: Tensor) => Tensor = (logits) => logits,
): { readonly studentLogits: Tensor; readonly teacherLogits: Tensor; readonly labels: Tensor } {
  return {
    studentLogits: transform(requiredTensor(inputs, 'y_s')),
    teacherLogits: transform(requiredTensor(inputs, 'y_t')),
    labels: requiredTensor(inputs, 'target'),
  };
}
