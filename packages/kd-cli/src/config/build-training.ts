import { dynamicLossScale, type TrainingOptions } from 'kd-train';
import { buildSchedule } from './build-schedule.ts';
import type { TrainingConfig } from './training-config.ts';

/** The options of the trainer that `training` of a configuration stands for. */
export type BuiltTraining = Pick<
  TrainingOptions,
  | 'gradientClipping'
  | 'accumulation'
  | 'averaging'
  | 'lossScale'
  | 'nonFinite'
  | 'monitors'
  | 'select'
  | 'earlyStopping'
>;

export function buildTraining({
  gradientClipping,
  lossScale,
  select,
  ...plain
}: TrainingConfig = {}): BuiltTraining {
  return {
    ...plain,
    ...(gradientClipping && {
      gradientClipping:
        'norm' in gradientClipping
          ? { norm: buildSchedule(gradientClipping.norm) }
          : { value: buildSchedule(gradientClipping.value) },
    }),
    ...(lossScale !== undefined && {
      lossScale: lossScale === 'dynamic' ? dynamicLossScale() : lossScale,
    }),
    ...(select && { select: { metric: select.metric } }),
  };
}
