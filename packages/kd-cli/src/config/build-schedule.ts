import {
  cosine,
  linear,
  oneCycle,
  perEpoch,
  polynomial,
  product,
  type Schedule,
  sequence,
  stepDecay,
  until,
  warmup,
} from 'kd-train';
import type { ScheduleConfig } from './schedule-config.ts';

const defaultDecayFactor = 0.1;

export function buildSchedule(config: ScheduleConfig): number | Schedule {
  if (typeof config === 'number') return config;
  const bare = bareSchedule(config);
  const schedule = 'perEpoch' in config && config.perEpoch === true ? perEpoch(bare) : bare;
  if (!('warmupSteps' in config || 'warmupEpochs' in config)) return schedule;
  const { warmupSteps, warmupEpochs, warmupStart } = config;
  return warmup({
    ...(warmupSteps !== undefined && { steps: warmupSteps }),
    ...(warmupEpochs !== undefined && { epochs: warmupEpochs }),
    ...(warmupStart !== undefined && { startFactor: warmupStart }),
    schedule,
  });
}

function bareSchedule(config: Exclude<ScheduleConfig, number>): Schedule {
  switch (config.name) {
    case 'cosine':
      return cosine(config);
    case 'step': {
      const { initial, factor = defaultDecayFactor, milestones = [], every } = config;
      return stepDecay(every === undefined ? { initial, factor, milestones } : { initial, factor, every });
    }
    case 'oneCycle':
      return oneCycle(config);
    case 'linear':
      return linear(config);
    case 'polynomial':
      return polynomial(config);
    case 'until': {
      const { epoch, before, after } = config;
      return until({ epoch, before: buildSchedule(before), after: buildSchedule(after) });
    }
    case 'sequence':
      return sequence(config.parts.map((part) => ({ ...part, schedule: buildSchedule(part.schedule) })));
    case 'product':
      return product(config.factors.map(buildSchedule));
  }
}
