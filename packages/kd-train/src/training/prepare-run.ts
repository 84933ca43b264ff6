import { type HostTensor, KdError, requireArgument } from 'kd-core';
import { restoreState, stateTensors, type TrainingProgress } from '../checkpoint/checkpoint.ts';
import {
  type LoadedCheckpoint,
  listCheckpoints,
  loadLatestCheckpoint,
} from '../checkpoint/checkpoint-store.ts';
import { requireSameConfiguration } from '../checkpoint/compare-configuration.ts';
import type { Storage } from '../checkpoint/storage.ts';
import {
  type InitialStateOptions,
  initialStudentVariables,
  initialTrainingState,
  type TrainingState,
} from '../step/training-state.ts';
import { teacherNetwork, teacherVariables } from '../teachers/teacher.ts';
import { checkOptions } from './check-options.ts';
import { checkVariables } from './check-variables.ts';
import { describeRun } from './describe-run.ts';
import { emptyTotals } from './epoch-totals.ts';
import { planMainStage, planWarmUp, type Stage, type StagePlan } from './stage.ts';
import type { TrainingOptions } from './training-options.ts';

/** Checkpoints kept when nothing is said: the newest and one to fall back to. */
export const DEFAULT_KEEP = 2;

export interface PreparedRun {
  readonly warnings: readonly string[];
  /** The warm-up, unless there is none or it is over. */
  readonly warmUp?: Stage;
  /** The main stage; it begins with what the warm-up ended with. */
  main(warmedUp?: TrainingState<HostTensor>): Stage;
}

/** Checks everything that can be checked without running, and finds where the run starts or goes on. */
export async function prepareRun(options: TrainingOptions): Promise<PreparedRun> {
  await checkOptions(options);
  const stages = await freshStages(options);
  const { warmUp, main } = stages;
  checkDeployed(options, main.state);
  const fresh: PreparedRun = { warnings: [], ...(warmUp && { warmUp }), main: stages.afterWarmUp };
  if (options.checkpoint === undefined) return fresh;

  const { storage, keep = DEFAULT_KEEP } = options.checkpoint;
  await storage.probe(Math.max(stateBytes(main), warmUp === undefined ? 0 : stateBytes(warmUp)) * (keep + 1));
  if (options.resume !== true) {
    const [newest] = await listCheckpoints(storage);
    requireArgument(
      newest === undefined,
      () =>
        `${storage.location} already holds the checkpoint '${newest}'. Pass resume: true to continue that run, or choose another storage.`,
    );
    return fresh;
  }
  const loaded = await loadLatestCheckpoint(storage);
  if (loaded === undefined) return fresh;
  const { stage, warnings } = await resumeStage(stages, loaded, { storage, backend: options.backend.id });
  if (stage.name === 'main') return { warnings, main: () => stage };
  if (stage.progress.step < stage.totalSteps) return { ...fresh, warnings, warmUp: stage };
  const next = { ...stages.afterWarmUp(stage.state), resumedFrom: loaded.name };
  return { warnings, main: () => next };
}

interface FreshStages {
  readonly warmUp: Stage | undefined;
  /** With a warm-up it has the right shapes only: those of the warm-up's variables do not depend on what it learns. */
  readonly main: Stage;
  afterWarmUp(warmedUp?: TrainingState<HostTensor>): Stage;
}

async function freshStages(options: TrainingOptions): Promise<FreshStages> {
  const { student, studentVariables, teachers = [], method, optimizer, lossScale, source, key } = options;
  const start = studentVariables ?? initialStudentVariables(key, student);
  const stateOf = (
    plan: StagePlan,
    more: Pick<InitialStateOptions, 'warmedUp' | 'studentVariables'>,
  ): TrainingState<HostTensor> =>
    initialTrainingState(plan.key, {
      student,
      teachers: teachers.map(teacherNetwork),
      method: plan.method,
      optimizer,
      lossScale,
      source,
      ...more,
    });

  const mainPlan = planMainStage(options);
  const warmUpPlan = planWarmUp(options);
  const mainState = (warmedUp?: TrainingState<HostTensor>): TrainingState<HostTensor> =>
    stateOf(mainPlan, {
      warmedUp: warmedUp?.method,
      studentVariables: method.warmUp?.keepsStudent ? (warmedUp?.student ?? start) : start,
    });
  const warmUpState = warmUpPlan && stateOf(warmUpPlan, { studentVariables: start });
  const state = mainState(warmUpState);
  const warmUpStart = warmUpPlan && warmUpState && { plan: warmUpPlan, state: warmUpState };
  const configuration = await describeRun(options, { main: state, warmUp: warmUpStart });
  const progressOf = async ({ name, schedules }: StagePlan): Promise<TrainingProgress> => ({
    stage: name,
    step: 0,
    epoch: 0,
    key,
    backend: options.backend.id,
    configuration,
    schedules: await schedules.fingerprints(0),
    history: [],
    totals: emptyTotals,
  });
  const main: Stage = { ...mainPlan, state, progress: await progressOf(mainPlan) };
  return {
    warmUp: warmUpStart && {
      ...warmUpStart.plan,
      state: warmUpStart.state,
      progress: await progressOf(warmUpStart.plan),
    },
    main,
    afterWarmUp: (warmedUp) => (warmedUp === undefined ? main : { ...main, state: mainState(warmedUp) }),
  };
}

/** The stage of a checkpoint as it goes on from there. */
async function resumeStage(
  { warmUp, main }: Pick<FreshStages, 'warmUp' | 'main'>,
  { name, checkpoint, damaged }: LoadedCheckpoint,
  { storage, backend }: { readonly storage: Storage; readonly backend: string },
): Promise<{ readonly stage: Stage; readonly warnings: readonly string[] }> {
  const { progress } = checkpoint;
  requireSameConfiguration(name, progress.configuration, main.progress.configuration);
  // The same configuration has the same stages.
  const fresh = progress.stage === 'main' ? main : warmUp!;
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
  if (progress.backend !== backend) {
    warnings.push(
      `'${name}' was computed on '${progress.backend}' and goes on on '${backend}': equal up to rounding, not bit for bit.`,
    );
  }
  return { stage: { ...fresh, state, progress: { ...progress, backend }, resumedFrom: name }, warnings };
}

/** Throws `SHAPE_MISMATCH` when the variables that are picked for the network to deploy are not its own: before the training, not after. */
function checkDeployed(
  { student, teachers = [], method }: TrainingOptions,
  state: TrainingState<HostTensor>,
): void {
  if (method.deploy === undefined) return;
  const { model, variables } = method.deploy({ student, teachers: teachers.map(teacherNetwork) });
  const trained = { student: state.student, method: state.method, teachers: teachers.map(teacherVariables) };
  checkVariables(`the network that '${method.name}' deploys`, model, variables(trained));
}

function stateBytes({ state }: Stage): number {
  return Object.values(stateTensors(state)).reduce((bytes, { data }) => bytes + data.byteLength, 0);
}
