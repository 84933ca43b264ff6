import { fspLoss } from 'kd-core';
import { type LossAdapter, tensorList } from './loss-adapter.ts';

export const fsp: LossAdapter = {
  evaluate({ inputs }) {
    const [studentFeatures, teacherFeatures] = [tensorList(inputs, 'g_s'), tensorList(inputs, 'g_t')];
    const perPair = studentFeatures.slice(1).map((_, index) => [
      `per_pair.${index}`,
      fspLoss({
        studentFeatures: studentFeatures.slice(index, index + 2),
        teacherFeatures: teacherFeatures.slice(index, index + 2),
      }),
    ]);
    return { loss: fspLoss({ studentFeatures, teacherFeatures }), outputs: Object.fromEntries(perPair) };
  },
};
