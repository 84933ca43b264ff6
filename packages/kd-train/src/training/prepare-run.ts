import { type HostTensor, requireArgument } from 'kd-core';
import { stateTensors } from '../checkpoint/checkpoint.ts';
import { listCheckpoints, loadLatestCheckpoint, removeUnfinished } from '../checkpoint/checkpoint-store.ts';
import { softwareOf } from '../checkpoint/software.ts';
import type { TrainingState } from '../step/training-state.ts';
import { teacherNetwork, teacherVariables } from '../teachers/teacher.ts';
import { checkOptions } from './check-options.ts';
import { checkVariables } from './check-variables.ts';
import { freshStages } from './fresh-stages.ts';
import { resumeStage } from './resume-stage.ts';
import { resumption } from './resumption.ts';
import type { Stage } from './stage.ts';
import type { TrainingOptions } from './training-options.ts';

/** Checkpoints kept when nothing is said: the newest and one to fall back to. */
export const DEFAULT_KEEP = 2;

/** Checkpoints besides: the best, and the one that is being written. */
const BESIDE_KEPT = 2;

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

  const { storage, keep = DEFAULT_KEEP, versions } = options.checkpoint;
  const files = keep + BESIDE_KEPT;
  await storage.probe(Math.max(stateBytes(main), warmUp === undefined ? 0 : stateBytes(warmUp)) * files);
  const resume = resumption(options.resume);
  if (resume === undefined) {
    const [newest] = await listCheckpoints(storage);
    requireArgument(
      newest === undefined,
      () =>
        `${storage.location} already holds the checkpoint '${newest}'. Pass resume: true to continue that run, or choose another storage.`,
    );
  }
  const loaded = resume && (await loadLatestCheckpoint(storage, resume));
  if (loaded === undefined) {
    await removeUnfinished(storage);
    return fresh;
  }
  const { stage, warnings } = await resumeStage(stages, loaded, {
    storage,
    backend: options.backend.id,
    software: softwareOf(options.backend, versions),
  });
  await removeUnfinished(storage);
  if (stage.name === 'main') return { warnings, main: () => stage };
  if (stage.progress.step < stage.totalSteps) return { ...fresh, warnings, warmUp: stage };
  const next = { ...stages.afterWarmUp(stage.state), resumedFrom: loaded.name };
  return { warnings, main: () => next };
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
