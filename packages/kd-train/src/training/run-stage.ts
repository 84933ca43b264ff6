import type { HostTensor } from 'kd-core';
import type { TrainingProgress } from '../checkpoint/checkpoint.ts';
import type { TrainingState } from '../step/training-state.ts';
import type { BatchStream } from './batch-stream.ts';
import { breather } from './breather.ts';
import { type CheckpointWriter, checkpointWriter } from './checkpoint-writer.ts';
import { type DeviceRun, openDeviceRun } from './device-run.ts';
import { addToTotals, emptyTotals, type StepMetrics, summarizeTotals } from './epoch-totals.ts';
import { requireFiniteStep } from './non-finite.ts';
import type { Stage } from './stage.ts';
import { type TaughtBatch, taughtBatches } from './taught-batches.ts';
import type { TrainingEvent } from './training-event.ts';
import type { TrainingOptions, TrainingResult } from './training-options.ts';
import type { Validation } from './validation.ts';

/** How a stage ended. */
export interface StageEnd extends Pick<TrainingResult, 'reason' | 'step' | 'history'> {
  readonly state: TrainingState<HostTensor>;
}

/** Runs a stage to its end, or until it is interrupted. Without `validation` nothing is evaluated. */
export async function* runStage(
  options: TrainingOptions,
  stage: Stage,
  validation?: Validation,
): AsyncGenerator<TrainingEvent, StageEnd, void> {
  const { backend, student, teachers = [], optimizer, lossScale, source } = options;
  const { name, method, totalSteps, state, progress, resumedFrom } = stage;
  yield {
    type: 'start',
    stage: name,
    step: progress.step,
    totalSteps,
    stepsPerEpoch: source.stepsPerEpoch,
    ...(resumedFrom === undefined ? {} : { resumedFrom }),
  };
  const device = await openDeviceRun({ backend, student, teachers, method, optimizer, lossScale, state });
  const batches = taughtBatches(options, stage);
  const checkpoints = checkpointWriter(options, device, stage);
  try {
    return yield* runSteps(options, stage, { device, validation, batches, checkpoints });
  } finally {
    await checkpoints.settle();
    await batches.close();
    await device.close();
  }
}

interface StageParts {
  readonly device: DeviceRun;
  readonly validation: Validation | undefined;
  readonly batches: BatchStream<TaughtBatch>;
  readonly checkpoints: CheckpointWriter;
}

async function* runSteps(
  options: TrainingOptions,
  stage: Stage,
  { device, validation, batches, checkpoints }: StageParts,
): AsyncGenerator<TrainingEvent, StageEnd, void> {
  const { signal } = options;
  const { stepsPerEpoch } = options.source;
  const { name, schedules, totalSteps } = stage;
  const checkpointEvery = options.checkpoint?.every ?? stepsPerEpoch;
  const breathe = breather();
  let { progress } = stage;

  while (progress.step < totalSteps && !signal?.aborted) {
    const started = performance.now();
    const { step, epoch } = progress;
    const { batch, dataMilliseconds, teacherMilliseconds, ...beside } = await batches.take(step);
    const waitMilliseconds = performance.now() - started;
    const scalars = schedules.at(step);
    const called = performance.now();
    const running = device.step(batch, scalars, beside);
    if (step + 1 < totalSteps) batches.prefetch(step + 1);
    const metrics = await running;
    const backendMilliseconds = performance.now() - called;
    const { learningRate, method } = scalars;
    requireFiniteStep(metrics, { step, epoch, learningRate, lastGood: checkpoints.lastGood() });

    const samples = batch.labels.data.length;
    const milliseconds = performance.now() - started;
    progress = advance(progress, { metrics, samples, stepsPerEpoch });
    yield {
      type: 'step',
      stage: name,
      step,
      epoch,
      samples,
      learningRate,
      scalars: method,
      milliseconds,
      waitMilliseconds,
      backendMilliseconds,
      dataMilliseconds,
      teacherMilliseconds,
      ...metrics,
    };

    if (progress.epoch > epoch) {
      const isLast = progress.step === totalSteps;
      const evaluated = await validation?.after(epoch, { isLast, device });
      if (evaluated !== undefined) yield { type: 'evaluation', epoch, metrics: evaluated };
      const summary = {
        ...summarizeTotals(epoch, progress.totals),
        ...(evaluated === undefined ? {} : { validation: evaluated }),
      };
      progress = { ...progress, totals: emptyTotals, history: [...progress.history, summary] };
      yield { type: 'epoch', stage: name, ...summary };
    }
    if (progress.step % checkpointEvery === 0) await checkpoints.save(progress);
    yield* await checkpoints.written();
    await breathe();
  }

  await checkpoints.save(progress);
  await checkpoints.settle();
  yield* await checkpoints.written();
  const { step, history } = progress;
  const state = await device.download();
  const reason = step === totalSteps ? 'completed' : 'interrupted';
  const message =
    reason === 'completed'
      ? `Finished after ${step} steps.`
      : `Stopped after ${step} of ${totalSteps} steps. ${checkpoints.howToResume()}`;
  yield { type: 'end', stage: name, reason, step, message };
  return { reason, step, history, state };
}

function advance(
  progress: TrainingProgress,
  { metrics, samples, stepsPerEpoch }: { metrics: StepMetrics; samples: number; stepsPerEpoch: number },
): TrainingProgress {
  const step = progress.step + 1;
  return {
    ...progress,
    step,
    epoch: Math.floor(step / stepsPerEpoch),
    totals: addToTotals(progress.totals, metrics, samples),
  };
}
