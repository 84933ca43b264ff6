import { type Batch, type ClassificationMetrics, foldIn } from 'kd-core';
import type { TrainingProgress } from '../checkpoint/checkpoint.ts';
import { type CompiledForward, compileForward } from '../evaluation/compile-forward.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { methodShapes } from '../step/training-state.ts';
import { outsideTeachers, type TeacherOutputs } from '../teachers/outside-teachers.ts';
import { teacherNetwork } from '../teachers/teacher.ts';
import { type BatchStream, batchStream } from './batch-stream.ts';
import { breather } from './breather.ts';
import { checkBatch } from './check-batch.ts';
import { checkpointWriter } from './checkpoint-writer.ts';
import { type DeviceRun, type Draws, openDeviceRun } from './device-run.ts';
import { addToTotals, emptyTotals, type StepMetrics, summarizeTotals } from './epoch-totals.ts';
import { requireFiniteStep } from './non-finite.ts';
import { type PreparedRun, prepareRun } from './prepare-run.ts';
import type { TrainingEvent } from './training-event.ts';
import type { TrainingOptions, TrainingResult } from './training-options.ts';

/**
 * Trains a student: an asynchronous stream of events that ends with the result. Nothing runs unless the stream is
 * consumed; leaving it early frees the device without a checkpoint (use `signal` to stop with one).
 *
 * The state stays on the backend; each step brings back its metrics only, while the next batch is assembled and shown to
 * the teachers that run outside of the step. With the same options, a run that was stopped at any step and resumed gives bit-identical parameters on the same
 * backend. Throws, before anything is compiled, `INVALID_ARGUMENT`, `SHAPE_MISMATCH`, `STORAGE` or `CHECKPOINT` for
 * what cannot work; later `NON_FINITE` when the loss or the gradient becomes NaN or infinite.
 */
export async function* train(options: TrainingOptions): AsyncGenerator<TrainingEvent, TrainingResult, void> {
  const run = await prepareRun(options);
  const { backend, student, teachers = [], method, optimizer, lossScale } = options;
  for (const message of run.warnings) yield { type: 'warning', message };
  yield {
    type: 'start',
    step: run.progress.step,
    totalSteps: run.totalSteps,
    stepsPerEpoch: options.source.stepsPerEpoch,
    ...(run.resumedFrom === undefined ? {} : { resumedFrom: run.resumedFrom }),
  };
  const device = await openDeviceRun({
    backend,
    student,
    teachers,
    method,
    optimizer,
    lossScale,
    state: run.state,
  });
  const forward = options.validation && compileForward({ backend, model: student });
  const batches = taughtBatches(options);
  try {
    return yield* runSteps(options, run, { device, forward, batches });
  } finally {
    await batches.close();
    await device.close();
    await forward?.dispose();
  }
}

/** The number of the key that methods draw by. */
const DRAWS = 0;

/** A batch, and what comes with it: what the teachers outside of the step say of it, and what the method draws. */
interface TaughtBatch {
  readonly batch: Batch;
  readonly teacherOutputs: TeacherOutputs;
  readonly draws: Draws;
}

function taughtBatches({
  student,
  source,
  teachers = [],
  method,
  key,
}: TrainingOptions): BatchStream<TaughtBatch> {
  const teach = outsideTeachers(teachers, method);
  const shapes = methodShapes(student, teachers.map(teacherNetwork), source);
  const drawKey = foldIn(key, DRAWS);
  return batchStream(source.stepsPerEpoch, async (at) => {
    const batch = await source.batch(at.epoch, at.index);
    checkBatch(batch, student, at);
    const step = at.epoch * source.stepsPerEpoch + at.index;
    const draws = method.draw?.({ key: foldIn(drawKey, step), batch, shapes }) ?? {};
    return { batch, draws, teacherOutputs: await teach(batch, at) };
  });
}

interface RunParts {
  readonly device: DeviceRun;
  readonly forward: CompiledForward | undefined;
  readonly batches: BatchStream<TaughtBatch>;
}

async function* runSteps(
  options: TrainingOptions,
  { schedules, totalSteps, progress: start, resumedFrom }: PreparedRun,
  { device, forward, batches }: RunParts,
): AsyncGenerator<TrainingEvent, TrainingResult, void> {
  const { signal } = options;
  const { stepsPerEpoch } = options.source;
  const checkpointEvery = options.checkpoint?.every ?? stepsPerEpoch;
  const checkpoints = checkpointWriter(options.checkpoint, { device, schedules, resumedFrom });
  const breathe = breather();
  let progress = start;

  while (progress.step < totalSteps && !signal?.aborted) {
    const started = performance.now();
    const { step, epoch } = progress;
    const { batch, ...beside } = await batches.take(step);
    const scalars = schedules.at(step);
    const running = device.step(batch, scalars, beside);
    if (step + 1 < totalSteps) batches.prefetch(step + 1);
    const metrics = await running;
    const { learningRate, method } = scalars;
    requireFiniteStep(metrics, { step, epoch, learningRate, lastGood: checkpoints.lastGood() });

    const samples = batch.labels.data.length;
    const milliseconds = performance.now() - started;
    progress = advance(progress, { metrics, samples, stepsPerEpoch });
    yield { type: 'step', step, epoch, samples, learningRate, scalars: method, milliseconds, ...metrics };

    if (progress.epoch > epoch) {
      const isLast = progress.step === totalSteps;
      const validation = await validate(options, { epoch, isLast, device, forward });
      if (validation !== undefined) yield { type: 'evaluation', epoch, metrics: validation };
      const summary = {
        ...summarizeTotals(epoch, progress.totals),
        ...(validation === undefined ? {} : { validation }),
      };
      progress = { ...progress, totals: emptyTotals, history: [...progress.history, summary] };
      yield { type: 'epoch', ...summary };
    }
    if (progress.step % checkpointEvery === 0) yield* present(await checkpoints.save(progress));
    await breathe();
  }

  yield* present(await checkpoints.save(progress));
  const { step, history } = progress;
  const { student: variables, method: methodVariables } = await device.download();
  const reason = step === totalSteps ? 'completed' : 'interrupted';
  const message =
    reason === 'completed'
      ? `Finished after ${step} steps.`
      : `Stopped after ${step} of ${totalSteps} steps. ${checkpoints.howToResume()}`;
  yield { type: 'end', reason, step, message };
  return { reason, step, variables, methodVariables, history };
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

async function validate(
  { backend, student, validation }: TrainingOptions,
  {
    epoch,
    isLast,
    device,
    forward,
  }: { epoch: number; isLast: boolean; device: DeviceRun; forward: CompiledForward | undefined },
): Promise<ClassificationMetrics | undefined> {
  if (validation === undefined || forward === undefined) return undefined;
  if (!isLast && (epoch + 1) % (validation.every ?? 1) !== 0) return undefined;
  const { source } = validation;
  const { metrics } = await evaluate({
    backend,
    model: student,
    variables: device.student(),
    source,
    forward,
  });
  return metrics;
}

function* present<T>(event: T | undefined): Generator<T, void, void> {
  if (event !== undefined) yield event;
}
