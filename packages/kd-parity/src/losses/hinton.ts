import { add, mul, type Scalar, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { crossEntropy, hintonLoss } from 'kd-core';
import { numberField } from '../fixtures/fields.ts';
import { type LossAdapter, type LossContext, requiredTensor } from './loss-adapter.ts';

const soft = ({ inputs, hyper }: LossContext): Scalar =>
  hintonLoss({
    studentLogits: requiredTensor<Tensor2D>(inputs, 'y_s'),
    teacherLogits: requiredTensor<Tensor2D>(inputs, 'y_t'),
    temperature: numberField(hyper, 'T'),
  }) as Scalar;

export const hinton: LossAdapter = { evaluate: (context) => ({ loss: soft(context) }) };

export const hintonTotal: LossAdapter = {
  evaluate(context) {
    const { inputs, hyper } = context;
    const hard = crossEntropy({
      logits: requiredTensor<Tensor2D>(inputs, 'y_s'),
      labels: requiredTensor<Tensor1D>(inputs, 'target'),
    });
    const divergence = soft(context);
    return {
      loss: add<Scalar>(mul(hard, numberField(hyper, 'gamma')), mul(divergence, numberField(hyper, 'alpha'))),
      outputs: { loss_cls: hard, loss_div: divergence },
    };
  },
};
