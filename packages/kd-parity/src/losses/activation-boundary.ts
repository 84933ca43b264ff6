import { mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { activationBoundaryLoss } from 'kd-core';
import { numberFieldOr } from '../fixtures/fields.ts';
import { type LossAdapter, tensorList } from './loss-adapter.ts';

export const activationBoundary: LossAdapter = {
  evaluate({ inputs, hyper }) {
    const margin = numberFieldOr(hyper, 'margin', 1);
    const [students, teachers] = [tensorList(inputs, 'g_s'), tensorList(inputs, 'g_t')];
    const distance = (studentFeatures: Tensor[], teacherFeatures: Tensor[]): Scalar =>
      activationBoundaryLoss({ studentFeatures, teacherFeatures, margin });
    // The reference is told how many layers there are, and weighs by that.
    const layers = numberFieldOr(hyper, 'feat_num', students.length);
    const perLayer = students.map((student, layer) => [
      `per_layer.${layer}`,
      mul(distance([student], [teachers[layer]!]), 2 ** (layer - layers + 1)),
    ]);
    return {
      loss: mul(distance(students, teachers), 2 ** (students.length - layers)),
      outputs: Object.fromEntries(perLayer),
    };
  },
};
