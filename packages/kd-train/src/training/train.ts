import { stateTensors, type TrainingProgress } from '../checkpoint/checkpoint.ts';
import { checkpointName, lastGood, saveCheckpoint } from '../checkpoint/checkpoint-store.ts';
import { type CompiledForward, compileForward } from '../evaluation/compile-forward.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { batchStream } from './batch-stream.ts';
import { breather } from './breather.ts';
import { checkBatch } from './check-batch.ts';
import { type DeviceRun, openDeviceRun } from './device-run.ts';
import { addToTotals, emptyTotals, summarizeTotals } from './epoch-totals.ts';
import { requireFiniteStep } from './non-finite.ts';
import { DEFAULT_KEEP, type PreparedRun, prepareRun } from './prepare-run.ts';
import type { TrainingEvent } from './training-event.ts';
import type { TrainingOptions, TrainingResult } from './training-options.ts';

/**
 * Trains a student: an asynchronous stream of events that ends with the result. Nothing runs unless the stream is
 * consumed; leaving it early frees the device without a checkpoint (use `signal` to stop with one).
 *
 * The state stays on the backend; each step brings back its metrics only, while the next batch is assembled.
 * With the same options, a run that was stopped at any step and resumed gives bit-identical parameters on the same
 * backend. Throws, before anything is compiled, `INVALID_ARGUMENT`, `SHAPE_MISMATCH`, `STORAGE` or `CHECKPOINT` for
 * what cannot work; later `NON_FINITE` when the loss or the gradient becomes NaN or infinite.
 */
export async function* train(options: TrainingOptions): AsyncGenerator<TrainingEvent, TrainingResult, void> {
  const run = await prepareRun(options);
  const { backend, student, teachers = [], method, optimizer } = options;
  for (const message of run.warnings) yield { type: 'warning', message };
  yield {
    type: 'start',
    step: run.progress.step,
    totalSteps: run.totalSteps,
    stepsPerEpoch: options.source.stepsPerEpoch,
    ...(run.resumedFrom === undefined ? {} : { resumedFrom: run.resumedFrom }),
  };
  const device = await openDeviceRun({ backend, student, teachers, method, optimizer, state: run.state });
  const forward = options.validation && compileForward({ backend, model: student });
  try {
    return yield* runSteps(options, run, device, forward);
  } finally {
    await device.close();
    await forward?.dispose();
  }
}

async function* runSteps(
  options: TrainingOptions,
  { schedules, totalSteps, progress: start, resumedFrom }: PreparedRun,
  device: DeviceRun,
  forward: CompiledForward | undefined,
): AsyncGenerator<TrainingEvent, TrainingResult, void> {
  const { backend, student, source, validation, signal } = options;
  const { stepsPerEpoch } = source;
  const storage = options.checkpoint?.storage;
  const { every = stepsPerEpoch, keep = DEFAULT_KEEP } = options.checkpoint ?? {};
  const batches = batchStream(source);
  const breathe = breather();
  let progress: TrainingProgress = start;
  let saved = resumedFrom;

  async function* save(): AsyncGenerator<TrainingEvent, void, void> {
    if (storage === undefined || saved === checkpointName(progress.step)) return;
    const checkpoint = {
      tensors: stateTensors(await device.download()),
      progress: { ...progress, schedules: await schedules.fingerprints(progress.step) },
    };
    saved = await saveCheckpoint(storage, checkpoint, { keep });
    yield { type: 'checkpoint', step: progress.step, name: saved };
  }

  while (progress.step < totalSteps && !signal?.aborted) {
    const started = performance.now();
    const { step, epoch } = progress;
    const batch = await batches.take(step);
    checkBatch(batch, student, { epoch, index: step % stepsPerEpoch });
    const scalars = schedules.at(step);
    const running = device.step(batch, scalars);
    if (step + 1 < totalSteps) batches.prefetch(step + 1);
    const metrics = await running;
    const { learningRate } = scalars;
    requireFiniteStep(metrics, { step, epoch, learningRate, lastGood: lastGood(saved, storage) });

    const samples = batch.labels.data.length;
    const next = step + 1;
    progress = {
      ...progress,
      step: next,
      epoch: Math.floor(next / stepsPerEpoch),
      totals: addToTotals(progress.totals, metrics, samples),
    };
    const milliseconds = performance.now() - started;
    yield {
      type: 'step',
      step,
      epoch,
      samples,
      learningRate,
      scalars: scalars.method,
      milliseconds,
      ...metrics,
    };

    if (next % stepsPerEpoch === 0) {
      let summary = summarizeTotals(epoch, progress.totals);
      const due = next === totalSteps || progress.epoch % (validation?.every ?? 1) === 0;
      if (validation !== undefined && forward !== undefined && due) {
        const { metrics: measured } = await evaluate({
          backend,
          model: student,
          variables: device.student(),
          source: validation.source,
          forward,
        });
        summary = { ...summary, validation: measured };
        yield { type: 'evaluation', epoch, metrics: measured };
      }
      progress = { ...progress, totals: emptyTotals, history: [...progress.history, summary] };
      yield { type: 'epoch', ...summary };
    }
    if (next % every === 0) yield* save();
    await breathe();
  }

  yield* save();
  const completed = progress.step === totalSteps;
  const { student: variables, method: methodVariables } = await device.download();
  const reason = completed ? 'completed' : 'interrupted';
  yield {
    type: 'end',
    reason,
    step: progress.step,
    message: endMessage(completed, progress.step, totalSteps, saved, storage?.location),
  };
  return { reason, step: progress.step, variables, methodVariables, history: progress.history };
}

function endMessage(
  completed: boolean,
  step: number,
  totalSteps: number,
  saved: string | undefined,
  location: string | undefined,
): string {
  if (completed) return `Finished after ${step} steps.`;
  const how =
    saved === undefined
      ? 'Nothing was saved, as no checkpoint storage was given.'
      : `Saved as '${saved}' in ${location}; start again with the same options and resume: true to continue.`;
  return `Stopped after ${step} of ${totalSteps} steps. ${how}`;
}
