import type { HostTensor } from 'kd-core';
import type { TrainingProgress } from '../checkpoint/checkpoint.ts';
import { toGradientClipping } from '../step/gradient-clipping.ts';
import type { TrainingState } from '../step/training-state.ts';
import type { BatchStream } from './batch-stream.ts';
import type { BestKeeper } from './best-network.ts';
import { breather } from './breather.ts';
import { type CheckpointWriter, checkpointWriter } from './checkpoint-writer.ts';
import { type DeviceRun, openDeviceRun } from './device-run.ts';
import { addToTotals, emptyTotals, summarizeTotals } from './epoch-totals.ts';
import { type MadeUpdate, makeUpdate } from './make-update.ts';
import { asksForParts, type Monitors, openMonitors } from './monitors/monitors.ts';
import { guardOf, judgeStep, requireSomeUpdate, toNonFinite } from './non-finite.ts';
import { stopsEarly } from './selection.ts';
import type { Stage } from './stage.ts';
import { type TaughtBatch, taughtBatches } from './taught-batches.ts';
import type { EndReason, TrainingEvent } from './training-event.ts';
import type { TrainingOptions, TrainingResult } from './training-options.ts';
import { batchesOfUpdate, updatesPerEpoch } from './updates.ts';
import type { Validation } from './validation.ts';

/** How a stage ended. */
export interface StageEnd extends Pick<TrainingResult, 'reason' | 'step' | 'history'> {
  readonly state: TrainingState<HostTensor>;
}

/** What comes after the epochs of a main stage. */
export interface Judges {
  readonly validation: Validation;
  /** Absent where nothing is selected. */
  readonly best: BestKeeper | undefined;
}

/** Runs a stage to its end, or until it is interrupted. Without `judges` nothing is evaluated. */
export async function* runStage(
  options: TrainingOptions,
  stage: Stage,
  judges?: Judges,
): AsyncGenerator<TrainingEvent, StageEnd, void> {
  const { backend, student, teachers = [], optimizer, lossScale, source, accumulation = 1 } = options;
  const { gradientClipping, nonFinite, monitors = {} } = options;
  const { name, method, totalSteps, state, progress, resumedFrom } = stage;
  yield {
    type: 'start',
    stage: name,
    step: progress.step,
    totalSteps,
    stepsPerEpoch: updatesPerEpoch(options),
    ...(resumedFrom === undefined ? {} : { resumedFrom }),
  };
  const device = await openDeviceRun({
    backend,
    student,
    teachers,
    method,
    optimizer,
    lossScale,
    clipping: gradientClipping && toGradientClipping(gradientClipping).by,
    guard: guardOf(toNonFinite(nonFinite, lossScale)),
    gradientParts: asksForParts(monitors),
    state,
    accumulates: accumulation > 1,
  });
  const batches = taughtBatches(options, stage);
  const checkpoints = checkpointWriter(options, device, stage);
  const watching = openMonitors(monitors, {
    backend,
    student,
    batchSize: source.batchSize,
    stage: name,
  });
  try {
    return yield* runSteps(options, stage, { device, judges, batches, checkpoints, monitors: watching });
  } finally {
    await checkpoints.settle();
    await batches.close();
    await watching.dispose();
    await device.close();
  }
}

interface StageParts {
  readonly device: DeviceRun;
  readonly judges: Judges | undefined;
  readonly batches: BatchStream<TaughtBatch>;
  readonly checkpoints: CheckpointWriter;
  readonly monitors: Monitors;
}

async function* runSteps(
  options: TrainingOptions,
  stage: Stage,
  parts: StageParts,
): AsyncGenerator<TrainingEvent, StageEnd, void> {
  const { signal } = options;
  const { device, checkpoints, monitors } = parts;
  const { name, schedules, totalSteps } = stage;
  const checkpointEvery = options.checkpoint?.every ?? updatesPerEpoch(options);
  const policy = toNonFinite(options.nonFinite, options.lossScale);
  const breathe = breather();
  const isOver = (history: TrainingProgress['history']): boolean =>
    name === 'main' && options.earlyStopping !== undefined && stopsEarly(history, options.earlyStopping);
  let { progress } = stage;
  let stopped = isOver(progress.history);

  while (progress.step < totalSteps && !stopped && !signal?.aborted) {
    const { step, epoch } = progress;
    const scalars = schedules.at(step);
    const { learningRate, method } = scalars;
    const next = step + 1 < totalSteps ? batchesOfUpdate(step + 1, options)[0] : undefined;
    const made = await makeUpdate(parts, scalars, batchesOfUpdate(step, options), next);
    const { metrics, last, ...facts } = made;
    const { consecutiveSkips, warning } = judgeStep(
      metrics,
      { step, epoch, learningRate, lastGood: checkpoints.lastGood() },
      { ...policy, skipsBefore: progress.consecutiveSkips ?? 0 },
    );
    progress = advance(progress, made, { consecutiveSkips, stepsPerEpoch: updatesPerEpoch(options) });
    yield { type: 'step', stage: name, step, epoch, learningRate, scalars: method, ...facts, ...metrics };
    if (warning !== undefined) yield { type: 'warning', message: warning };
    const { images } = last.batch;
    const variables = () => device.trained().student;
    yield* await monitors.observe({ step, epoch, metrics, images, variables });

    let best = false;
    if (progress.epoch > epoch) {
      const ended = yield* endEpoch(stage, parts, progress, epoch);
      best = ended.best !== progress.best;
      progress = ended;
      stopped = isOver(progress.history);
    }
    if (best || progress.step % checkpointEvery === 0) await checkpoints.save(progress, { best });
    yield* await checkpoints.written();
    await breathe();
  }

  await checkpoints.save(progress);
  await checkpoints.settle();
  yield* await checkpoints.written();
  const { step, history } = progress;
  const state = await device.download();
  const reason = step === totalSteps ? 'completed' : stopped ? 'stopped-early' : 'interrupted';
  yield {
    type: 'end',
    stage: name,
    reason,
    step,
    message: endMessage(reason, options, stage, progress, checkpoints),
  };
  return { reason, step, history, state };
}

/** `progress` with the epoch in its history, and with the best epoch if that is it. */
async function* endEpoch(
  { name, totalSteps }: Stage,
  { judges, device }: StageParts,
  progress: TrainingProgress,
  epoch: number,
): AsyncGenerator<TrainingEvent, TrainingProgress, void> {
  const { totals, step } = progress;
  requireSomeUpdate(totals, epoch);
  const metrics = await judges?.validation.after(epoch, { isLast: step === totalSteps, device });
  const summary = {
    ...summarizeTotals(epoch, totals),
    ...(metrics === undefined ? {} : { validation: metrics }),
  };
  const ended = { ...progress, totals: emptyTotals, history: [...progress.history, summary] };
  const selected =
    metrics && (await judges?.best?.consider(ended, { epoch, metrics }, () => device.download()));
  if (metrics !== undefined) {
    const isBest = judges?.best && { best: selected !== undefined };
    yield { type: 'evaluation', epoch, metrics, ...isBest };
  }
  yield { type: 'epoch', stage: name, ...summary };
  return selected ?? ended;
}

function advance(
  { consecutiveSkips: _, ...progress }: TrainingProgress,
  { metrics, samples }: MadeUpdate,
  { consecutiveSkips, stepsPerEpoch }: { consecutiveSkips: number; stepsPerEpoch: number },
): TrainingProgress {
  const step = progress.step + 1;
  return {
    ...progress,
    step,
    epoch: Math.floor(step / stepsPerEpoch),
    totals: addToTotals(progress.totals, metrics, samples),
    ...(consecutiveSkips > 0 && { consecutiveSkips }),
  };
}

function endMessage(
  reason: EndReason,
  { earlyStopping }: TrainingOptions,
  { totalSteps }: Stage,
  { step }: TrainingProgress,
  checkpoints: CheckpointWriter,
): string {
  if (reason === 'completed') return `Finished after ${step} steps.`;
  if (reason === 'interrupted')
    return `Stopped after ${step} of ${totalSteps} steps. ${checkpoints.howToResume()}`;
  const { metric, patience } = earlyStopping!;
  return `Stopped early after ${step} of ${totalSteps} steps: ${metric} has not improved in ${patience} evaluation${patience === 1 ? '' : 's'}.`;
}
