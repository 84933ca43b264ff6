import type { Tensor4D } from '@tensorflow/tfjs-core';
import { poolToLower, variationalInformationLoss } from 'kd-core';
import { vidRegressor } from 'kd-train';
import { numberFieldOr } from '../fixtures/fields.ts';
import { type LossAdapter, requiredTensor } from './loss-adapter.ts';

const convolutions = {
  convolution1: 'regressor.0',
  convolution2: 'regressor.2',
  convolution3: 'regressor.4',
};

export const vid: LossAdapter = {
  evaluate({ inputs, params, hyper }) {
    const [student, teacher] = poolToLower(
      requiredTensor<Tensor4D>(inputs, 'f_s'),
      requiredTensor<Tensor4D>(inputs, 'f_t'),
    );
    const kernels = Object.entries(convolutions).map(
      ([name, theirs]) => [name, { kernel: requiredTensor(params, `${theirs}.weight`) }] as const,
    );
    const regressor = vidRegressor({
      inputShape: student.shape.slice(1),
      hiddenChannels: kernels[0]![1].kernel.shape[3]!,
      channels: teacher.shape[3],
    });
    const variables = { params: Object.fromEntries(kernels), state: {} };
    return {
      loss: variationalInformationLoss({
        predictedFeature: regressor.apply(variables, student, { train: true }).output,
        teacherFeature: teacher,
        logScales: requiredTensor(params, 'log_scale'),
        epsilon: numberFieldOr(hyper, 'eps', 1e-5),
      }),
    };
  },
};
