import {
  cosine,
  linear,
  oneCycle,
  perEpoch,
  polynomial,
  product,
  type Schedule,
  scheduleTime,
  sequence,
  stepDecay,
  toSchedule,
  until,
  warmup,
} from 'kd-train';
import { describe, expect, it } from 'vitest';
import { buildSchedule } from './build-schedule.ts';
import type { ScheduleConfig } from './schedule-config.ts';
import { learningRateSchema } from './schedule-schema.ts';

const run = { stepsPerEpoch: 3, totalSteps: 30 };
const valuesOf = (schedule: number | Schedule): number[] =>
  Array.from({ length: run.totalSteps }, (_, step) => toSchedule(schedule, 'it')(scheduleTime(step, run)));

const cases: readonly (readonly [ScheduleConfig, Schedule])[] = [
  [
    { name: 'cosine', initial: 1, final: 0.1, restarts: { epochs: 2, factor: 2 }, warmupEpochs: 1.5 },
    warmup({ epochs: 1.5, schedule: cosine({ initial: 1, final: 0.1, restarts: { epochs: 2, factor: 2 } }) }),
  ],
  [
    { name: 'cosine', initial: 1, perEpoch: true, warmupSteps: 4, warmupStart: 0.2 },
    warmup({ steps: 4, startFactor: 0.2, schedule: perEpoch(cosine({ initial: 1 })) }),
  ],
  [
    { name: 'step', initial: 1, milestones: [4, 6] },
    stepDecay({ initial: 1, milestones: [4, 6], factor: 0.1 }),
  ],
  [{ name: 'step', initial: 1, every: 4, factor: 0.5 }, stepDecay({ initial: 1, every: 4, factor: 0.5 })],
  [
    {
      name: 'oneCycle',
      maximum: 1,
      initialDivisor: 10,
      finalDivisor: 5,
      rise: 0.4,
      anneal: 'linear',
      threePhases: true,
    },
    oneCycle({
      maximum: 1,
      initialDivisor: 10,
      finalDivisor: 5,
      rise: 0.4,
      anneal: 'linear',
      threePhases: true,
    }),
  ],
  [
    { name: 'linear', initial: 1, final: 2, epochs: 4, after: 1, by: 'epoch' },
    linear({ initial: 1, final: 2, epochs: 4, after: 1, by: 'epoch' }),
  ],
  [
    { name: 'polynomial', initial: 1, final: 0.2, power: 2, perEpoch: true },
    perEpoch(polynomial({ initial: 1, final: 0.2, power: 2 })),
  ],
  [
    { name: 'until', epoch: 3, before: 1, after: { name: 'cosine', initial: 2 } },
    until({ epoch: 3, before: 1, after: cosine({ initial: 2 }) }),
  ],
  [
    {
      name: 'sequence',
      parts: [
        { schedule: { name: 'linear', final: 1 }, epochs: 2 },
        { schedule: 1, steps: 2 },
        { schedule: { name: 'polynomial', initial: 1 } },
      ],
    },
    sequence([
      { schedule: linear({ final: 1 }), epochs: 2 },
      { schedule: 1, steps: 2 },
      { schedule: polynomial({ initial: 1 }) },
    ]),
  ],
  [{ name: 'product', factors: [3, { name: 'cosine', initial: 1 }] }, product([3, cosine({ initial: 1 })])],
];

describe('buildSchedule', () => {
  it.each(cases.map(([config, schedule]) => [JSON.stringify(config), config, schedule] as const))(
    'reads %s',
    (_, config, schedule) => {
      expect(learningRateSchema.parse(config)).toEqual(config);
      expect(valuesOf(buildSchedule(config))).toEqual(valuesOf(schedule));
    },
  );
});
