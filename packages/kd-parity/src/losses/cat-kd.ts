import { classAttentionLoss } from 'kd-core';
import { booleanFieldOr, numberField } from '../fixtures/fields.ts';
import { type LossAdapter, requiredTensor } from './loss-adapter.ts';

/** Class activation maps in, as a network with a converted classifier gives them. */
export const catkd: LossAdapter = {
  evaluate: ({ inputs, hyper }) => ({
    loss: classAttentionLoss({
      studentMaps: requiredTensor(inputs, 'cam_s'),
      teacherMaps: requiredTensor(inputs, 'cam_t'),
      resolution: numberField(hyper, 'resolution'),
      normalize: booleanFieldOr(hyper, 'normalise', true),
    }),
  }),
};
