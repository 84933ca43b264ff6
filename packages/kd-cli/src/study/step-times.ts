import type { OnStep } from '../pipeline/train-network.ts';

/** Where the time of a training's steps went, in milliseconds a step; that of the first step, which compiles, is left out. */
export interface StepTimes {
  /** Steps that were timed. */
  readonly steps: number;
  /** Wall time. It is the sum of the next three. */
  readonly total: number;
  /** Waiting for the batch, and for what a teacher outside of the step says of it. */
  readonly waiting: number;
  /** The compiled step on the backend. */
  readonly backend: number;
  /** JavaScript while nothing else ran. */
  readonly javascript: number;
  /** Beside the step before: making the batch. */
  readonly data: number;
  /** Beside the step before: the teacher outside of the step, or reading what is kept of it. */
  readonly teacher: number;
}

/** Follows a training. */
export interface StepRecorder {
  readonly onStep: OnStep;
  /** `undefined` when there are no steps to time. */
  times(): StepTimes | undefined;
  /** Loss of each step, by its number. */
  readonly losses: ReadonlyMap<number, number>;
}

export function recordSteps(): StepRecorder {
  const losses = new Map<number, number>();
  const sums = { total: 0, waiting: 0, backend: 0, data: 0, teacher: 0 };
  let seen = 0;
  return {
    losses,
    onStep(event) {
      losses.set(event.step, event.loss);
      seen += 1;
      if (seen === 1) return;
      sums.total += event.milliseconds;
      sums.waiting += event.waitMilliseconds;
      sums.backend += event.backendMilliseconds;
      sums.data += event.dataMilliseconds;
      sums.teacher += event.teacherMilliseconds;
    },
    times() {
      const steps = seen - 1;
      if (steps < 1) return undefined;
      const { total, waiting, backend, data, teacher } = sums;
      return {
        steps,
        total: total / steps,
        waiting: waiting / steps,
        backend: backend / steps,
        javascript: (total - waiting - backend) / steps,
        data: data / steps,
        teacher: teacher / steps,
      };
    },
  };
}

/** How far two records of losses agree, over the steps that both have. */
export interface LossAgreement {
  readonly steps: number;
  /** Steps whose losses are the same number. */
  readonly equal: number;
  readonly largestDifference: number;
}

export function compareLosses(
  first: ReadonlyMap<number, number>,
  second: ReadonlyMap<number, number>,
): LossAgreement {
  const common = [...first.keys()].filter((step) => second.has(step));
  const differences = common.map((step) => Math.abs(first.get(step)! - second.get(step)!));
  return {
    steps: common.length,
    equal: differences.filter((difference) => difference === 0).length,
    largestDifference: differences.reduce((most, each) => Math.max(most, each), 0),
  };
}
