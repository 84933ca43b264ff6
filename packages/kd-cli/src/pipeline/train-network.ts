import { runTraining, type TrainingEvent, type TrainingOptions, type TrainingResult } from 'kd-train';
import type { Progress } from '../progress/progress.ts';
import type { CurvePoint } from '../report/report-data.ts';
import type { EventLog } from './event-log.ts';

/** Steps of the warm-up of a training, which is a phase of its own before it; 0 without one. */
export function warmUpSteps({ method, source }: Pick<TrainingOptions, 'method' | 'source'>): number {
  return (method.warmUp?.epochs ?? 0) * source.stepsPerEpoch;
}

/** Hears of a step of the main stage. */
export type OnStep = (event: Extract<TrainingEvent, { type: 'step' }>) => void;

/** Trains one network as the next phase of `progress`, or the next two with a warm-up, and writes its events to `log`. */
export async function trainNetwork(
  options: TrainingOptions,
  {
    name,
    progress,
    log,
    onStep,
  }: {
    readonly name: string;
    readonly progress: Progress;
    readonly log: EventLog;
    readonly onStep?: OnStep;
  },
): Promise<TrainingResult> {
  const warmUp = warmUpSteps(options);
  let warmedUp = warmUp === 0;
  const write = (event: TrainingEvent): void => log.write(name, event);
  return runTraining(options, {
    start: (event) => {
      write(event);
      if (event.stage === 'main' && !warmedUp) progress.nextPhase(warmUp);
      warmedUp = true;
      progress.nextPhase(event.step);
    },
    step: (event) => {
      write(event);
      progress.update(event.step + 1, event.loss);
      if (event.stage === 'main') onStep?.(event);
    },
    warning: (event) => {
      write(event);
      progress.note(`warning: ${event.message}`);
    },
    epoch: write,
    evaluation: write,
    checkpoint: write,
    end: write,
  });
}

/** The learning curve of a finished training. */
export function curveOf({ history }: Pick<TrainingResult, 'history'>): CurvePoint[] {
  return history.flatMap(({ epoch, loss, validation }) =>
    validation === undefined ? [] : [{ epoch: epoch + 1, loss, validationTop1: validation.top1 }],
  );
}
