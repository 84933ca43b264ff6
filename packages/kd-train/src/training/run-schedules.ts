import { requireArgument } from 'kd-core';
import { sha256 } from '../hash.ts';
import type { Method } from '../methods/method.ts';
import { type Schedule, scheduleTime, toSchedule } from '../schedules/schedule.ts';

/** What of a step changes by schedules. */
export interface StepScalars {
  readonly learningRate: number;
  readonly method: Readonly<Record<string, number>>;
  /** The limit on the gradient, where it is clipped. */
  readonly clipping?: number;
  /** How much of the averaged weights stays, where they are averaged. */
  readonly averageDecay?: number;
}

/** What the scalars of a stage come from. */
export interface ScheduledParts {
  readonly learningRate: number | Schedule;
  readonly method: Method;
  readonly clipping?: Schedule | undefined;
  readonly averageDecay?: Schedule | undefined;
}

/** All scalars of a run as functions of the step. */
export interface RunSchedules {
  /** Throws `INVALID_ARGUMENT` when a schedule gives NaN or infinity. */
  at(step: number): StepScalars;
  /** One hash a schedule, of its values at the steps before `step`: equal when the past was the same. */
  fingerprints(step: number): Promise<Readonly<Record<string, string>>>;
}

export function runSchedules(
  { learningRate, method, clipping, averageDecay }: ScheduledParts,
  run: { readonly stepsPerEpoch: number; readonly totalSteps: number },
): RunSchedules {
  const rate = toSchedule(learningRate, 'learningRate');
  const evaluateAt = (name: string, schedule: Schedule, step: number): number => {
    const at = scheduleTime(step, run);
    const value = schedule(at);
    requireArgument(
      Number.isFinite(value),
      () =>
        `The schedule of ${name} gives ${value} at step ${step} (epoch ${at.epoch}); it must give finite numbers.`,
    );
    return value;
  };
  const named: Readonly<Record<string, Schedule>> = {
    learningRate: rate,
    ...(clipping && { gradientClipping: clipping }),
    ...(averageDecay && { 'averaging.decay': averageDecay }),
    ...prefixed(method.scalars),
  };

  /** What `fingerprints` has evaluated, so that a checkpoint costs no more the later it is. */
  const past = new Map(Object.keys(named).map((name): [string, number[]] => [name, []]));

  return {
    at: (step) => ({
      learningRate: evaluateAt('learningRate', rate, step),
      method: Object.fromEntries(
        Object.entries(method.scalars).map(([name, schedule]) => [name, evaluateAt(name, schedule, step)]),
      ),
      ...(clipping && { clipping: evaluateAt('gradientClipping', clipping, step) }),
      ...(averageDecay && { averageDecay: evaluateAt('averaging.decay', averageDecay, step) }),
    }),
    async fingerprints(step) {
      const hashes: Record<string, string> = {};
      for (const [name, schedule] of Object.entries(named)) {
        const known = past.get(name)!;
        while (known.length < step) known.push(evaluateAt(name, schedule, known.length));
        const values = Float64Array.from(known.slice(0, step));
        hashes[name] = await sha256(new Uint8Array(values.buffer));
      }
      return hashes;
    },
  };
}

function prefixed(scalars: Readonly<Record<string, Schedule>>): Record<string, Schedule> {
  return Object.fromEntries(Object.entries(scalars).map(([name, schedule]) => [`method/${name}`, schedule]));
}
