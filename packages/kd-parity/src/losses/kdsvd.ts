import { singularValueTransferLoss } from 'kd-core';
import { numberFieldOr } from '../fixtures/fields.ts';
import { type LossAdapter, tensorList } from './loss-adapter.ts';

export const kdsvd: LossAdapter = {
  evaluate: ({ inputs, hyper }) => ({
    loss: singularValueTransferLoss({
      studentFeatures: tensorList(inputs, 'g_s'),
      teacherFeatures: tensorList(inputs, 'g_t'),
      vectors: numberFieldOr(hyper, 'k', 1),
    }),
  }),
};
