import { KdError } from 'kd-core';
import { buildOptimizer } from './build-optimizer.ts';
import { buildSchedule } from './build-schedule.ts';
import { buildTraining } from './build-training.ts';
import type { DistillConfig } from './config.ts';
import type { ConfigProblem } from './describe-issues.ts';

/** Settings of optimisers and schedules that are in range one by one, and do not go together. */
export function checkUpdates(config: DistillConfig): ConfigProblem[] {
  return [
    ...checkTrainer('', config),
    ...checkTrainer('teacher.training.', config.teacher.training ?? {}),
    ...refusal('training', () => buildTraining(config.training)),
  ];
}

function checkTrainer(
  prefix: string,
  { optimizer, learningRate }: Partial<Pick<DistillConfig, 'optimizer' | 'learningRate'>>,
): ConfigProblem[] {
  return [
    ...(optimizer === undefined ? [] : refusal(`${prefix}optimizer`, () => buildOptimizer(optimizer))),
    ...(learningRate === undefined
      ? []
      : refusal(`${prefix}learningRate`, () => buildSchedule(learningRate))),
  ];
}

function refusal(path: string, build: () => unknown): ConfigProblem[] {
  try {
    build();
    return [];
  } catch (error) {
    if (!KdError.isInstance(error)) throw error;
    return [{ path, message: `has settings that do not go together: ${error.message}` }];
  }
}
