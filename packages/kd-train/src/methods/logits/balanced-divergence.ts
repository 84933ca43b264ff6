import { balancedDivergenceLoss, requireArgument } from 'kd-core';
import type { Schedule } from '../../schedules/schedule.ts';
import type { Method } from '../method.ts';
import { type LogitMethodOptions, logitMethod } from './logit-method.ts';

/** `temperature`: default 4. */
export interface BalancedDivergenceOptions extends LogitMethodOptions {
  /** Weight of the divergence that a sample needs more, at least 1; the other has 1. Default 2. */
  readonly beta?: number | Schedule;
  /** Above 0. Of the probabilities whose entropies are compared. Default 1. */
  readonly entropyTemperature?: number;
  /** 0, the default, for one weight or the other; above 0, in nats, for a smooth passage around equal entropies. */
  readonly smoothness?: number;
}

/**
 * The offline form of BD-KD: both divergences, and of each sample more of the one that brings the student's certainty nearer to
 * the teacher's; see `balancedDivergenceLoss`. Beside the labels with weight 1.
 * Amara et al., 2022, arXiv:2212.12965; reconstructed from its abstract.
 */
export function balancedDivergence({
  beta = 2,
  entropyTemperature = 1,
  smoothness = 0,
  ...options
}: BalancedDivergenceOptions = {}): Method {
  requireArgument(
    typeof beta !== 'number' || beta >= 1,
    () => `beta must be at least 1, got ${String(beta)}.`,
  );
  requireArgument(
    Number.isFinite(entropyTemperature) && entropyTemperature > 0,
    () => `entropyTemperature must be above 0, got ${entropyTemperature}.`,
  );
  requireArgument(
    Number.isFinite(smoothness) && smoothness >= 0,
    () => `smoothness must be at least 0, got ${smoothness}.`,
  );
  return logitMethod({
    name: 'balancedDivergence',
    options,
    config: { entropyTemperature, smoothness },
    scalars: { beta },
    loss: ({ studentLogits, teacherLogits, temperature, scalars }) =>
      balancedDivergenceLoss({
        studentLogits,
        teacherLogits,
        temperature,
        beta: scalars.beta!,
        entropyTemperature,
        smoothness,
      }),
  });
}
