import type { BatchSource } from 'kd-core';
import {
  logTo,
  runTraining,
  type TrainingEvent,
  type TrainingOptions,
  type TrainingResult,
  train,
  updatesPerEpoch,
} from 'kd-train';
import type { Progress } from '../progress/progress.ts';
import type { CurvePoint } from '../report/report-data.ts';
import type { RunLog } from './run-log.ts';
import type { TrainingSource } from './sources.ts';

/** Steps of the warm-up of a training, which is a phase of its own before it; 0 without one. */
export function warmUpSteps(options: Pick<TrainingOptions, 'method' | 'source' | 'accumulation'>): number {
  return (options.method.warmUp?.epochs ?? 0) * updatesPerEpoch(options);
}

/** Hears of a step of the main stage. */
export type OnStep = (event: Extract<TrainingEvent, { type: 'step' }>) => void;

/** What to train, with a source that may be used in workers. */
interface NetworkTraining extends TrainingOptions {
  readonly source: BatchSource & Pick<TrainingSource, 'inWorkers'>;
}

interface TrainingAbout {
  readonly name: string;
  readonly progress: Progress;
  readonly log: RunLog;
  readonly onStep?: OnStep;
}

/**
 * Trains one network as the next phase of `progress`, or the next two with a warm-up, and writes its events to `log`. Workers that make
 * its batches end with it.
 */
export async function trainNetwork(options: NetworkTraining, about: TrainingAbout): Promise<TrainingResult> {
  const workers = await options.source.inWorkers?.();
  try {
    return await runPhases(workers === undefined ? options : { ...options, source: workers }, about);
  } finally {
    await workers?.dispose();
  }
}

async function runPhases(
  options: TrainingOptions,
  { name, progress, log, onStep }: TrainingAbout,
): Promise<TrainingResult> {
  const warmUp = warmUpSteps(options);
  let warmedUp = warmUp === 0;
  return runTraining(logTo(train(options), log.sinks(name)), {
    start: (event) => {
      if (event.stage === 'main' && !warmedUp) progress.nextPhase(warmUp);
      warmedUp = true;
      progress.nextPhase(event.step);
    },
    step: (event) => {
      progress.update(event.step + 1, event.loss);
      if (event.stage === 'main') onStep?.(event);
    },
    evaluation: ({ metrics }) => progress.validated(metrics.top1),
    warning: ({ message }) => progress.note(`warning: ${message}`),
  });
}

/** The learning curve of a finished training. */
export function curveOf({ history }: Pick<TrainingResult, 'history'>): CurvePoint[] {
  return history.flatMap(({ epoch, loss, validation }) =>
    validation === undefined ? [] : [{ epoch: epoch + 1, loss, validationTop1: validation.top1 }],
  );
}
