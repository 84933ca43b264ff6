import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { attentionTransferLoss } from 'kd-core';
import { numberFieldOr } from '../fixtures/fields.ts';
import { type LossAdapter, tensorList } from './loss-adapter.ts';

const maps = (tensors: Readonly<Record<string, Tensor>>, prefix: string): Tensor4D[] =>
  tensorList(tensors, prefix) as Tensor4D[];

export const attention: LossAdapter = {
  evaluate({ inputs, hyper }) {
    const power = numberFieldOr(hyper, 'p', 2);
    const distance = (studentFeatures: Tensor4D[], teacherFeatures: Tensor4D[]): Scalar =>
      attentionTransferLoss({ studentFeatures, teacherFeatures, variant: 'reference', power });
    const students = maps(inputs, 'g_s');
    const teachers = maps(inputs, 'g_t');
    const perLayer = students.map((student, index) => [
      `per_layer.${index}`,
      distance([student], [teachers[index]!]),
    ]);
    return { loss: distance(students, teachers), outputs: Object.fromEntries(perLayer) };
  },
};

export const attentionAsInPaper: LossAdapter = {
  evaluate: ({ inputs }) => ({
    loss: attentionTransferLoss({
      studentFeatures: maps(inputs, 'g_s'),
      teacherFeatures: maps(inputs, 'g_t'),
      variant: 'paper',
    }),
  }),
};
