import { add, mul, type Scalar } from '@tensorflow/tfjs-core';
import { distRelations } from 'kd-core';
import type { Schedule } from '../../schedules/schedule.ts';
import type { Method } from '../method.ts';
import { type LogitMethodOptions, logitMethod } from './logit-method.ts';

/** `temperature`: default 4, as for CIFAR-100; 1 for ImageNet. */
export interface DistOptions extends LogitMethodOptions {
  /** Weight of the relations among classes. Default 1. */
  readonly beta?: number | Schedule;
  /** Weight of the relations among the samples of a batch. Default 1. */
  readonly gamma?: number | Schedule;
}

/**
 * DIST: the student need not reach the teacher's probabilities, only be in line with them, sample by sample and class by class;
 * see `distRelations`. Beside the labels with weight 2. Terms: `inter` and `intra`.
 * Huang et al., 2022, arXiv:2205.10536.
 */
export function dist({ beta = 1, gamma = 1, ...options }: DistOptions = {}): Method {
  return logitMethod({
    name: 'dist',
    options,
    scalars: { beta, gamma },
    requires: { smallestBatch: 2 },
    loss({ studentLogits, teacherLogits, temperature, scalars }) {
      const { inter, intra } = distRelations({ studentLogits, teacherLogits, temperature });
      const total: Scalar = add(mul(inter, scalars.beta!), mul(intra, scalars.gamma!));
      return { total, terms: { inter, intra } };
    },
  });
}
