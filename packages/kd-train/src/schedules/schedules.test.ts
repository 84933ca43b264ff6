import { describe, expect, it } from 'vitest';
import { constant, cosine, type Schedule, scheduleTime, stepDecay, warmup } from '../index.ts';

const run = { stepsPerEpoch: 10, totalSteps: 2400 };
const at = (schedule: Schedule, step: number): number => schedule(scheduleTime(step, run));

describe('schedules', () => {
  it('gives the step schedule of the CIFAR-100 recipe: a decay at 150 first shows in the 151st epoch', () => {
    const schedule = stepDecay({ initial: 0.05, milestones: [150, 180, 210], factor: 0.1 });
    const changes: [number, number][] = [];
    let last: number | undefined;
    for (let epoch = 0; epoch < 240; epoch++) {
      for (const step of [epoch * 10, epoch * 10 + 9]) {
        const value = at(schedule, step);
        if (value !== last) changes.push([epoch + 1, value]);
        last = value;
      }
    }
    const expected = [
      [1, 0.05],
      [151, 0.005],
      [181, 0.0005],
      [211, 0.00005],
    ];
    expect(changes.map(([epoch]) => epoch)).toEqual(expected.map(([epoch]) => epoch));
    changes.forEach(([, value], index) => {
      expect(value).toBeCloseTo(expected[index]![1]!, 12);
    });
  });

  it('falls along half a cosine from initial to final', () => {
    const schedule = cosine({ initial: 1, final: 0.2 });
    expect(at(schedule, 0)).toBe(1);
    expect(at(schedule, 600)).toBeCloseTo(0.6 + 0.4 * Math.SQRT1_2, 12);
    expect(at(schedule, 1200)).toBeCloseTo(0.6, 12);
    expect(at(schedule, 2400)).toBeCloseTo(0.2, 12);
  });

  it('warms up linearly to the schedule below it, which is not shifted', () => {
    const schedule = warmup({ steps: 4, schedule: stepDecay({ initial: 8, milestones: [1], factor: 0.5 }) });
    expect([0, 1, 2, 3, 4, 9, 10].map((step) => at(schedule, step))).toEqual([2, 4, 6, 8, 8, 8, 4]);
    expect(at(warmup({ steps: 0, schedule: 3 }), 0)).toBe(3);
  });

  it('refuses values that make no schedule', () => {
    expect(() => constant(Number.NaN)).toThrow(/finite number/);
    expect(() => stepDecay({ initial: 1, milestones: [10, 5], factor: 0.1 })).toThrow(/increasing/);
    expect(() => warmup({ steps: -1, schedule: 1 })).toThrow(/non-negative/);
  });
});
