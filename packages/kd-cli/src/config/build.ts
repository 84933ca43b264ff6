import { requireArgument } from 'kd-core';
import { cutout, type NormalizeOptions, randomCrop, randomHorizontalFlip, type Transform } from 'kd-data';
import {
  adamW,
  cosine,
  linear,
  type Optimizer,
  polynomial,
  type Schedule,
  sgd,
  stepDecay,
  until,
  warmup,
} from 'kd-train';
import type { AugmentationConfig, NormalizationConfig, OptimizerConfig } from './config.ts';
import type { ScheduleConfig } from './schedule-config.ts';

const defaultOptimizer: OptimizerConfig = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 };
const defaultDecayFactor = 0.1;

export function buildSchedule(config: ScheduleConfig): number | Schedule {
  if (typeof config === 'number') return config;
  const schedule = bareSchedule(config);
  const { warmupSteps = 0 } = 'warmupSteps' in config ? config : {};
  return warmupSteps > 0 ? warmup({ steps: warmupSteps, schedule }) : schedule;
}

function bareSchedule(config: Exclude<ScheduleConfig, number>): Schedule {
  switch (config.name) {
    case 'cosine':
      return cosine(config);
    case 'step':
      return stepDecay({ ...config, factor: config.factor ?? defaultDecayFactor });
    case 'linear':
      return linear(config);
    case 'polynomial':
      return polynomial(config);
    case 'until': {
      const { epoch, before, after } = config;
      return until({ epoch, before: buildSchedule(before), after: buildSchedule(after) });
    }
  }
}

export function buildOptimizer(config: OptimizerConfig = defaultOptimizer): Optimizer {
  return config.name === 'sgd' ? sgd(config) : adamW(config);
}

export function buildTransforms({
  padding = 0,
  flip = 0,
  cutout: hole = 0,
}: AugmentationConfig = {}): Transform[] {
  return [
    ...(padding > 0 ? [randomCrop({ padding })] : []),
    ...(flip > 0 ? [randomHorizontalFlip({ probability: flip })] : []),
    ...(hole > 0 ? [cutout({ size: hole })] : []),
  ];
}

/** For images of `channels` channels. Throws `INVALID_ARGUMENT` for lists of another length. */
export function buildNormalization(
  { mean, standardDeviation }: NormalizationConfig,
  channels: number,
): NormalizeOptions {
  const perChannel = (name: string, value: number | readonly number[]): readonly number[] => {
    if (typeof value === 'number') return new Array<number>(channels).fill(value);
    requireArgument(
      value.length === channels,
      () =>
        `normalization.${name} has ${value.length} values, but the images have ${channels} channel${channels === 1 ? '' : 's'}. Give one for each, or one number for all.`,
    );
    return value;
  };
  return {
    mean: perChannel('mean', mean),
    standardDeviation: perChannel('standardDeviation', standardDeviation),
  };
}
