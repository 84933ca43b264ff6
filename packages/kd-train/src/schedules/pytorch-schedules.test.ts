import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
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
  warmup,
} from '../index.ts';

/** What schedulers of PyTorch give, written by bench/optimizers/make-fixtures.py, whose settings these are. */
const golden = JSON.parse(
  await readFile(new URL('./pytorch-schedules.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly number[]>>;

const initial = 0.5;
const final = 0.01;
const oneCycleOfTorch = { anneal: 'linear', rise: 0.42, initialDivisor: 10, finalDivisor: 50 } as const;

const schedules: Readonly<Record<string, Schedule>> = {
  multiStep: stepDecay({ initial, milestones: [3, 8, 9], factor: 0.3 }),
  step: stepDecay({ initial, every: 4, factor: 0.5 }),
  cosine: cosine({ initial, final }),
  cosineRestarts: cosine({ initial, final, restarts: { epochs: 3, factor: 2 } }),
  cosineEqualRestarts: cosine({ initial, restarts: { epochs: 4 } }),
  oneCycle: oneCycle({ maximum: 0.4 }),
  oneCycleLinear: oneCycle({ maximum: 0.4, ...oneCycleOfTorch }),
  oneCycleThreePhases: oneCycle({ maximum: 0.4, threePhases: true }),
  polynomial: polynomial({ initial }),
  warmup: warmup({
    steps: 5,
    startFactor: 0.25,
    schedule: stepDecay({ initial, every: 6, factor: 0.5 }),
  }),
  sequence: sequence([
    { schedule: linear({ initial: 0.25 * initial, final: initial }), steps: 5 },
    { schedule: cosine({ initial }), steps: 15 },
    { schedule: 0.1 * initial },
  ]),
  product: product([stepDecay({ initial, milestones: [10], factor: 0.2 }), ({ epoch }) => 0.9 ** epoch]),
};

describe("schedules have the values of PyTorch's", () => {
  const names = Object.keys(golden).filter((name) => name !== 'source');

  it('all of them', () => {
    expect(names.toSorted()).toEqual(Object.keys(schedules).toSorted());
  });

  it.each(names)('%s, where each of its steps is one of ours', (name) => {
    const expected = golden[name]!;
    const run = { stepsPerEpoch: 1, totalSteps: expected.length };
    expected.forEach((value, step) => {
      expect(schedules[name]!(scheduleTime(step, run))).toBeCloseTo(value, 12);
    });
  });

  it.each(names.filter((name) => !name.startsWith('oneCycle') && name !== 'warmup' && name !== 'sequence'))(
    '%s, where each of its steps is one of our epochs',
    (name) => {
      const expected = golden[name]!;
      const run = { stepsPerEpoch: 3, totalSteps: 3 * expected.length };
      const schedule = perEpoch(schedules[name]!);
      expected.forEach((value, epoch) => {
        for (const step of [0, 1, 2]) {
          expect(schedule(scheduleTime(3 * epoch + step, run))).toBeCloseTo(value, 12);
        }
      });
    },
  );
});
