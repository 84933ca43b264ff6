import {
  type Backend,
  type Batch,
  type Compiled,
  type DeviceTensor,
  type HostTensor,
  type InputLeaf,
  type Model,
  type Tree,
  treeLeaves,
  treeMap,
  type WithLeaves,
} from 'kd-core';
import type { TrainedVariables } from '../methods/deployed-student.ts';
import type { Method } from '../methods/method.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { buildTrainingStep } from '../step/build-training-step.ts';
import type { TrainingStepArguments, TrainingStepResult } from '../step/training-step.ts';
import type { LossScale } from '../step/loss-scale.ts';
import type { TrainingState } from '../step/training-state.ts';
import type { TeacherOutputs } from '../teachers/outside-teachers.ts';
import { type Teacher, teacherNetwork, teacherVariables } from '../teachers/teacher.ts';
import { shownViews, teacherView } from '../teachers/teacher-views.ts';
import type { StepMetrics } from './epoch-totals.ts';

export interface DeviceRunOptions {
  readonly backend: Backend;
  readonly student: Model;
  readonly teachers: readonly Teacher[];
  readonly method: Method;
  readonly optimizer: Optimizer;
  readonly state: TrainingState<HostTensor>;
  readonly lossScale?: number | LossScale | undefined;
}

/** Stands for a tree of any depth in calls of the backend, whose types TypeScript cannot unfold for recursive trees. */
type OneLevel<Leaf> = { readonly [key: string]: Leaf };

export interface StepScalars {
  readonly learningRate: number;
  readonly method: Readonly<Record<string, number>>;
}

/** What a method's `draw` gives for a batch. */
export type Draws = Readonly<Record<string, HostTensor>>;

/** A training state that lives on a backend, with the compiled step that moves it on. */
export interface DeviceRun {
  /**
   * One update; beside the batch come the outputs of the teachers outside of the step, and what the method draws. Only the metrics come back to the host.
   * After a failure the state is the one before the step.
   */
  step(
    batch: Batch,
    scalars: StepScalars,
    beside?: { readonly teacherOutputs?: TeacherOutputs; readonly draws?: Draws },
  ): Promise<StepMetrics>;
  /** All variables as they are now; valid until the next step. */
  trained(): TrainedVariables<InputLeaf>;
  download(): Promise<TrainingState<HostTensor>>;
  /** Gives back everything on the device. */
  close(): Promise<void>;
}

/** Uploads the state, and compiles the step for these teachers. */
export async function openDeviceRun({
  backend,
  student,
  teachers,
  method,
  optimizer,
  state: initialState,
  lossScale,
}: DeviceRunOptions): Promise<DeviceRun> {
  const step: Compiled<TrainingStepArguments, TrainingStepResult> = backend.compile(
    buildTrainingStep({
      student,
      teachers: teachers.map(teacherNetwork),
      teacherViews: teachers.map(teacherView),
      method,
      optimizer,
      lossScale,
    }),
    { name: `training step of ${student.name}`, donate: ['state'], constants: ['teachers'] },
  );
  const frozen = teachers.map(teacherVariables);
  const uploaded: unknown = await backend.upload(initialState as unknown as OneLevel<HostTensor>);
  const viewNames = [...new Set([...(method.requires.views ?? []), ...shownViews(teachers)])];
  let state = uploaded as TrainingState<DeviceTensor>;

  return {
    async step({ images, labels, indices, views = {} }, scalars, { teacherOutputs = {}, draws = {} } = {}) {
      const seen = Object.fromEntries(viewNames.map((view) => [view, views[view]!]));
      const batch = { images, labels, indices, views: seen };
      const args = { state, teachers: frozen, teacherOutputs, batch, draws, scalars };
      const result = (await step(
        args as unknown as WithLeaves<TrainingStepArguments, InputLeaf>,
      )) as unknown as {
        state: TrainingState<DeviceTensor>;
        metrics: OneLevel<DeviceTensor>;
      };
      state = result.state;
      const values = await backend.download(result.metrics);
      disposeTree(result.metrics);
      return treeMap<HostTensor, number>(
        values as Tree<HostTensor>,
        ({ data }) => data[0]!,
      ) as unknown as StepMetrics;
    },
    trained: () => ({ student: state.student, method: state.method, teachers: frozen }),
    async download() {
      const tree = state as unknown as OneLevel<DeviceTensor>;
      return (await backend.download(tree)) as unknown as TrainingState<HostTensor>;
    },
    async close() {
      disposeTree(state as unknown as Tree<DeviceTensor>);
      await step.dispose();
    },
  };
}

function disposeTree(tree: Tree<DeviceTensor>): void {
  for (const leaf of treeLeaves<DeviceTensor>(tree)) leaf.dispose();
}
