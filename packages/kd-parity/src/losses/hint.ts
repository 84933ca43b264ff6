import { add, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { hintLoss } from 'kd-core';
import { hintRegressor } from 'kd-train';
import { booleanFieldOr } from '../fixtures/fields.ts';
import { type LossAdapter, type LossContext, type LossEvaluation, requiredTensor } from './loss-adapter.ts';

const COUNTER = 'regressor.bn.num_batches_tracked';

export const hint: LossAdapter = {
  evaluate(context) {
    const { inputs, hyper } = context;
    if (hyper.values.regressor !== null && hyper.values.regressor !== undefined) return regressed(context);
    return {
      loss: hintLoss({
        studentFeature: requiredTensor(inputs, 'f_s'),
        teacherFeature: requiredTensor(inputs, 'f_t'),
      }),
    };
  },
};

function regressed({ inputs, params, buffers, hyper }: LossContext): LossEvaluation {
  const student = requiredTensor<Tensor4D>(inputs, 'f_s');
  const teacher = requiredTensor<Tensor4D>(inputs, 'f_t');
  const regressor = hintRegressor({
    studentShape: student.shape.slice(1),
    teacherShape: teacher.shape.slice(1),
    relu: booleanFieldOr(hyper, 'relu', true),
  });
  const { output, state } = regressor.apply(
    {
      params: {
        convolution: {
          kernel: requiredTensor(params, 'regressor.conv.weight'),
          bias: requiredTensor(params, 'regressor.conv.bias'),
        },
        norm: {
          scale: requiredTensor(params, 'regressor.bn.weight'),
          offset: requiredTensor(params, 'regressor.bn.bias'),
        },
      },
      state: {
        norm: {
          mean: requiredTensor(buffers, 'regressor.bn.running_mean'),
          variance: requiredTensor(buffers, 'regressor.bn.running_var'),
        },
      },
    },
    student,
  );
  const { norm } = state as { readonly norm: { readonly mean: Tensor; readonly variance: Tensor } };
  return {
    loss: hintLoss({ studentFeature: output, teacherFeature: teacher }),
    outputs: { regressed: output },
    buffers: {
      'regressor.bn.running_mean': norm.mean,
      'regressor.bn.running_var': norm.variance,
      // PyTorch counts the batches; here nothing depends on their number.
      ...(COUNTER in buffers && { [COUNTER]: add(buffers[COUNTER]!, 1) }),
    },
  };
}
