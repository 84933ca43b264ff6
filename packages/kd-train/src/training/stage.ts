import { foldIn, type HostTensor, type PrngKey } from 'kd-core';
import type { StageName, TrainingProgress } from '../checkpoint/checkpoint.ts';
import type { Method } from '../methods/method.ts';
import { toGradientClipping } from '../step/gradient-clipping.ts';
import type { TrainingState } from '../step/training-state.ts';
import { averageDecay } from '../step/weight-averaging.ts';
import { type RunSchedules, runSchedules, type ScheduledParts } from './run-schedules.ts';
import type { TrainingOptions } from './training-options.ts';
import { updatesPerEpoch } from './updates.ts';

/** A part of a run with a loss, schedules and an optimiser state of its own. */
export interface StagePlan {
  readonly name: StageName;
  readonly method: Method;
  /** What its method starts and draws by. */
  readonly key: PrngKey;
  readonly totalSteps: number;
  readonly schedules: RunSchedules;
}

/** A stage that can begin, or go on. */
export interface Stage extends StagePlan {
  readonly state: TrainingState<HostTensor>;
  readonly progress: TrainingProgress;
  readonly resumedFrom?: string;
}

/** The number of the key that the method of a warm-up starts and draws by; the main stage has the run's. */
const WARM_UP = 1;

/** Throws `INVALID_ARGUMENT` when a schedule does not give finite numbers at the start. */
export function planMainStage(options: TrainingOptions): StagePlan {
  const { method, key, epochs, steps, learningRate, averaging } = options;
  const totalSteps = steps ?? epochs! * updatesPerEpoch(options);
  const decay = averaging && averageDecay(averaging);
  return planStage({ name: 'main', method, key, totalSteps, learningRate, averageDecay: decay }, options);
}

/** As `planMainStage`; `undefined` for a method without a warm-up. */
export function planWarmUp(options: TrainingOptions): StagePlan | undefined {
  const { warmUp } = options.method;
  if (warmUp === undefined) return undefined;
  const { method, epochs, learningRate = options.learningRate } = warmUp;
  const totalSteps = epochs * updatesPerEpoch(options);
  const key = foldIn(options.key, WARM_UP);
  return planStage({ name: 'warm-up', method, key, totalSteps, learningRate }, options);
}

function planStage(
  {
    learningRate,
    averageDecay: decay,
    ...stage
  }: Omit<StagePlan, 'schedules'> & Pick<ScheduledParts, 'learningRate' | 'averageDecay'>,
  options: TrainingOptions,
): StagePlan {
  const { method, totalSteps } = stage;
  const { gradientClipping } = options;
  const schedules = runSchedules(
    {
      learningRate,
      method,
      clipping: gradientClipping && toGradientClipping(gradientClipping).limit,
      averageDecay: decay,
    },
    { stepsPerEpoch: updatesPerEpoch(options), totalSteps },
  );
  schedules.at(0);
  return { ...stage, schedules };
}
