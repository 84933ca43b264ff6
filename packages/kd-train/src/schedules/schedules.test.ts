import { describe, expect, it } from 'vitest';
import {
  constant,
  cosine,
  linear,
  oneCycle,
  polynomial,
  product,
  type Schedule,
  scheduleTime,
  sequence,
  stepDecay,
  until,
  warmup,
} from '../index.ts';

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

  it('warms up over epochs, and from a start factor', () => {
    const byEpochs = warmup({ epochs: 0.4, schedule: 8 });
    expect([0, 1, 2, 3, 4].map((step) => at(byEpochs, step))).toEqual([2, 4, 6, 8, 8]);
    const fromHalf = warmup({ epochs: 0.4, startFactor: 0.5, schedule: 8 });
    expect([0, 1, 2, 3, 4, 5].map((step) => at(fromHalf, step))).toEqual([4, 5, 6, 7, 8, 8]);
  });

  it('restarts amid an epoch, and each fall is longer than the last', () => {
    const schedule = cosine({ initial: 2, restarts: { epochs: 0.5, factor: 3 } });
    const values = [0, 4, 5, 19, 20, 64, 65].map((step) => at(schedule, step));
    expect(values[0]).toBe(2);
    expect(values[2]).toBe(2);
    expect(values[4]).toBe(2);
    expect(values[6]).toBe(2);
    expect(values[1]).toBeCloseTo(1 + Math.cos(0.8 * Math.PI), 12);
    expect(values[5]).toBeCloseTo(1 + Math.cos((44 / 45) * Math.PI), 12);
  });

  it.each([
    [0.3, 10],
    [0.07, 100],
    [0.57, 100],
  ])(
    'restarts at the step where a fall of %s epochs of %i steps ends, however many were before',
    (epochs, stepsPerEpoch) => {
      const schedule = cosine({ initial: 2, restarts: { epochs } });
      const length = Math.round(epochs * stepsPerEpoch);
      for (let fall = 0; fall < 200; fall++) {
        const time = scheduleTime(fall * length, { stepsPerEpoch, totalSteps: 200 * length });
        expect(schedule(time), `fall ${fall}`).toBe(2);
      }
    },
  );

  it('gives each part of a sequence a time of its own', () => {
    const times: unknown[] = [];
    const spy: Schedule = ({ step, epoch, totalSteps }) => {
      times.push([step, epoch, totalSteps]);
      return 1;
    };
    const schedule = sequence([
      { schedule: spy, epochs: 2 },
      { schedule: spy, steps: 15 },
      { schedule: spy },
    ]);
    for (const step of [0, 19, 20, 34, 35, 2399]) at(schedule, step);
    expect(times).toEqual([
      [0, 0, 20],
      [19, 1, 20],
      [0, 0, 15],
      [14, 1, 15],
      [0, 0, 2365],
      [2364, 236, 2365],
    ]);
  });

  it('keeps to its last value after the end, and through runs that are too short for all of it', () => {
    for (const schedule of [oneCycle({ maximum: 1 }), oneCycle({ maximum: 1, threePhases: true })]) {
      expect(at(schedule, 5000)).toBe(at(schedule, 2399));
      for (const totalSteps of [1, 2, 3]) {
        const value = schedule(scheduleTime(totalSteps - 1, { stepsPerEpoch: 1, totalSteps }));
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThanOrEqual(1);
      }
    }
  });

  it('goes in a straight line, by steps over the run or a part of it', () => {
    const whole = linear({ initial: 2, final: 1 });
    expect([0, 600, 1200].map((step) => at(whole, step))).toEqual([2, 1.75, 1.5]);
    const part = linear({ initial: 4, final: 0, epochs: 2, after: 1 });
    expect([0, 9, 10, 15, 20, 25, 30, 2399].map((step) => at(part, step))).toEqual([4, 4, 4, 3, 2, 1, 0, 0]);
    expect(at(linear({ final: 1, after: 240 }), 2399)).toBe(0);
  });

  it('goes by epochs as reference code that counts them from 1', () => {
    // min(epoch / 20, 1) with the epochs 1, 2, ... of mdistiller's ReviewKD and DKD.
    const schedule = linear({ final: 1, epochs: 20, by: 'epoch' });
    for (const epoch of [1, 2, 10, 19, 20, 21, 240]) {
      for (const step of [0, 9]) {
        expect(at(schedule, (epoch - 1) * 10 + step)).toBeCloseTo(Math.min(epoch / 20, 1), 12);
      }
    }
  });

  it('falls with a power of what is left', () => {
    const schedule = polynomial({ initial: 3, final: 1, power: 2 });
    expect([0, 1200, 2400, 2410].map((step) => at(schedule, step))).toEqual([3, 1.5, 1, 1]);
    expect(at(polynomial({ initial: 0.1 }), 1200)).toBeCloseTo(0.1 * 0.5 ** 0.9, 12);
  });

  it('switches at an epoch, between numbers or schedules', () => {
    const schedule = until({ epoch: 60, before: 0.9, after: 0 });
    expect([0, 599, 600, 2399].map((step) => at(schedule, step))).toEqual([0.9, 0.9, 0, 0]);
    const falling = until({ epoch: 120, before: 1, after: cosine({ initial: 1 }) });
    expect(at(falling, 1200)).toBeCloseTo(0.5, 12);
  });

  it('refuses values that make no schedule', () => {
    expect(() => constant(Number.NaN)).toThrow(/finite number/);
    expect(() => stepDecay({ initial: 1, milestones: [10, 5], factor: 0.1 })).toThrow(/increasing/);
    expect(() => linear({ final: Number.NaN })).toThrow(/final must be finite/);
    expect(() => linear({ final: 1, epochs: 0 })).toThrow(/epochs must be above 0, got 0/);
    expect(() => linear({ final: 1, after: -1 })).toThrow(/after must be 0 epochs or more/);
    expect(() => polynomial({ initial: 1, power: 0 })).toThrow(/power must be above 0, got 0/);
    expect(() => until({ epoch: 0.5, before: 1, after: 0 })).toThrow(/whole number, 0 or more, got 0.5/);
    expect(() => until({ epoch: 1, before: 1, after: Number.NaN })).toThrow(/after must be a finite number/);
    expect(() => warmup({ steps: -1, schedule: 1 })).toThrow(/non-negative/);
    expect(() => warmup({ schedule: 1 })).toThrow(/either steps or epochs/);
    expect(() => warmup({ steps: 1, startFactor: 2, schedule: 1 })).toThrow(
      /startFactor must be from 0 to 1/,
    );
    expect(() => stepDecay({ initial: 1, every: 0, factor: 0.1 })).toThrow(
      /every must be a positive integer/,
    );
    const both = { initial: 1, every: 2, milestones: [1], factor: 0.1 } as unknown as { every: number };
    expect(() => stepDecay({ initial: 1, factor: 0.1, ...both })).toThrow(/either milestones or every/);
    expect(() => cosine({ initial: 1, restarts: { epochs: 0 } })).toThrow(/restarts.epochs must be above 0/);
    expect(() => cosine({ initial: 1, restarts: { epochs: 1, factor: 0.5 } })).toThrow(/at least 1, got 0.5/);
    expect(() => oneCycle({ maximum: 1, rise: 1 })).toThrow(/rise must be between 0 and 1, got 1/);
    expect(() => oneCycle({ maximum: 1, rise: 0.6, threePhases: true })).toThrow(/at most 0.5/);
    expect(() => oneCycle({ maximum: 1, finalDivisor: 0 })).toThrow(
      /finalDivisor must be finite and above 0/,
    );
    expect(() => product([])).toThrow(/at least one schedule/);
    expect(() => sequence([{ schedule: 1 }, { schedule: 2 }])).toThrow(/parts\[0\] must have a length/);
    expect(() => sequence([{ schedule: 1, epochs: 1 }])).toThrow(/parts\[0\] is the last part/);
  });
});
