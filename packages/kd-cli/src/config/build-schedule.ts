import { cosine, linear, polynomial, type Schedule, stepDecay, until, warmup } from 'kd-train';
import type { ScheduleConfig } from './schedule-config.ts';

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
