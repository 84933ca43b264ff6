import { type HostTensor, KdError, requireArgument } from 'kd-core';
import { restoreState, stateTensors, type TrainingProgress } from '../checkpoint/checkpoint.ts';
import { listCheckpoints, loadLatestCheckpoint } from '../checkpoint/checkpoint-store.ts';
import { requireSameConfiguration } from '../checkpoint/compare-configuration.ts';
import { initialTrainingState, type TrainingState } from '../step/training-state.ts';
import { teacherNetwork } from '../teachers/teacher.ts';
import { checkOptions } from './check-options.ts';
import { describeRun } from './describe-run.ts';
import { emptyTotals } from './epoch-totals.ts';
import { type RunSchedules, runSchedules } from './run-schedules.ts';
import type { TrainingOptions } from './training-options.ts';

/** Checkpoints kept when nothing is said: the newest and one to fall back to. */
export const DEFAULT_KEEP = 2;

export interface PreparedRun {
  readonly totalSteps: number;
  readonly schedules: RunSchedules;
  readonly state: TrainingState<HostTensor>;
  readonly progress: TrainingProgress;
  readonly resumedFrom?: string;
  readonly warnings: readonly string[];
}

/** Checks everything that can be checked without running, and finds where the run starts or goes on. */
export async function prepareRun(options: TrainingOptions): Promise<PreparedRun> {
  await checkOptions(options);
  const {
    backend,
    student,
    studentVariables,
    teachers = [],
    method,
    optimizer,
    lossScale,
    source,
    key,
  } = options;
  const totalSteps = options.steps ?? options.epochs! * source.stepsPerEpoch;
  const schedules = runSchedules(options.learningRate, method, {
    stepsPerEpoch: source.stepsPerEpoch,
    totalSteps,
  });
  schedules.at(0);

  const state = initialTrainingState(key, {
    student,
    teachers: teachers.map(teacherNetwork),
    method,
    optimizer,
    lossScale,
    source,
    ...(studentVariables === undefined ? {} : { studentVariables }),
  });
  const configuration = await describeRun(options, state);
  const fresh: PreparedRun = {
    totalSteps,
    schedules,
    state,
    progress: {
      step: 0,
      epoch: 0,
      key,
      backend: backend.id,
      configuration,
      schedules: await schedules.fingerprints(0),
      history: [],
      totals: emptyTotals,
    },
    warnings: [],
  };
  if (options.checkpoint === undefined) return fresh;

  const { storage, keep = DEFAULT_KEEP } = options.checkpoint;
  const size = Object.values(stateTensors(state)).reduce((bytes, { data }) => bytes + data.byteLength, 0);
  await storage.probe(size * (keep + 1));
  if (options.resume !== true) {
    const [newest] = await listCheckpoints(storage);
    requireArgument(
      newest === undefined,
      () =>
        `${storage.location} already holds the checkpoint '${newest}'. Pass resume: true to continue that run, or choose another storage.`,
    );
    return fresh;
  }
  return resumeRun(fresh, options, storage);
}

async function resumeRun(
  fresh: PreparedRun,
  { backend }: TrainingOptions,
  storage: NonNullable<TrainingOptions['checkpoint']>['storage'],
): Promise<PreparedRun> {
  const loaded = await loadLatestCheckpoint(storage);
  if (loaded === undefined) return fresh;
  const { name, checkpoint, damaged } = loaded;
  const { progress } = checkpoint;
  requireSameConfiguration(name, progress.configuration, fresh.progress.configuration);
  if (progress.step > fresh.totalSteps) {
    throw new KdError(
      'CHECKPOINT',
      `'${name}' has ${progress.step} updates, more than the ${fresh.totalSteps} of this run. Lengthen the run or choose another storage.`,
    );
  }
  const past = await fresh.schedules.fingerprints(progress.step);
  const changed = Object.keys({ ...past, ...progress.schedules }).filter(
    (schedule) => past[schedule] !== progress.schedules[schedule],
  );
  if (changed.length > 0) {
    throw new KdError(
      'CHECKPOINT',
      `'${name}' was trained with other values of ${changed.join(', ')} in its first ${progress.step} steps. Restore the schedule (a cosine also depends on the length of the run), or start a new run in another storage.`,
      { details: { changed } },
    );
  }
  const state = restoreState(checkpoint, fresh.state);
  const warnings = damaged.map(
    (file) => `The checkpoint '${file.name}' was removed, and the run goes on from '${name}': ${file.reason}`,
  );
  // A damaged file would count as one of those to keep, and push out a good one.
  for (const file of damaged) await storage.remove(file.name);
  if (progress.backend !== backend.id) {
    warnings.push(
      `'${name}' was computed on '${progress.backend}' and goes on on '${backend.id}': equal up to rounding, not bit for bit.`,
    );
  }
  return { ...fresh, state, progress: { ...progress, backend: backend.id }, resumedFrom: name, warnings };
}
