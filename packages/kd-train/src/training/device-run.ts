import type { Backend, Batch, DeviceTensor, HostTensor, InputLeaf } from 'kd-core';
import type { TrainedVariables } from '../methods/deployed-student.ts';
import type { TrainingState } from '../step/training-state.ts';
import type { TrainingStepOptions } from '../step/training-step.ts';
import { withAverage } from '../step/weight-averaging.ts';
import type { TeacherOutputs } from '../teachers/outside-teachers.ts';
import { type Teacher, teacherNetwork, teacherVariables } from '../teachers/teacher.ts';
import { shownViews, teacherView } from '../teachers/teacher-views.ts';
import { accumulatingProgram } from './accumulating-program.ts';
import type { StepMetrics } from './epoch-totals.ts';
import type { StepScalars } from './run-schedules.ts';
import { disposeTree, type OneLevel, type StepInputs, wholeStepProgram } from './step-program.ts';

export interface DeviceRunOptions extends Omit<TrainingStepOptions, 'teachers' | 'teacherViews'> {
  readonly backend: Backend;
  readonly teachers: readonly Teacher[];
  readonly state: TrainingState<HostTensor>;
  /** Whether an update may take several batches. Default false. */
  readonly accumulates?: boolean;
}

/** What a method's `draw` gives for a batch. */
export type Draws = Readonly<Record<string, HostTensor>>;

/** What comes with a batch: the outputs of the teachers outside of the step, and what the method draws. */
interface BesideBatch {
  readonly teacherOutputs?: TeacherOutputs;
  readonly draws?: Draws;
}

/** A training state that lives on a backend, with the compiled step that moves it on. */
export interface DeviceRun {
  /**
   * The update that `batch` completes. Only the metrics come back to the host: means over the samples of all its batches.
   * After a failure the state is the one before the update.
   */
  step(batch: Batch, scalars: StepScalars, beside?: BesideBatch): Promise<StepMetrics>;
  /** Adds a batch to the update that the next `step` completes; for a run that accumulates. */
  accumulate(batch: Batch, scalars: StepScalars, beside?: BesideBatch): Promise<void>;
  /** All variables as they are now; valid until the next step. */
  trained(): TrainedVariables<InputLeaf>;
  /** As `trained`, with the averages in the place of what they are the averages of. */
  averaged(): TrainedVariables<InputLeaf>;
  download(): Promise<TrainingState<HostTensor>>;
  /** Gives back everything on the device. */
  close(): Promise<void>;
}

/** Uploads the state, and compiles the step for these teachers. */
export async function openDeviceRun({
  backend,
  teachers,
  state: initialState,
  accumulates = false,
  ...options
}: DeviceRunOptions): Promise<DeviceRun> {
  const stepOptions = {
    ...options,
    teachers: teachers.map(teacherNetwork),
    teacherViews: teachers.map(teacherView),
  };
  const accumulating = accumulates
    ? await accumulatingProgram(backend, stepOptions, initialState)
    : undefined;
  const program = accumulating ?? wholeStepProgram(backend, stepOptions);
  const frozen = teachers.map(teacherVariables);
  const uploaded: unknown = await backend.upload(initialState as unknown as OneLevel<HostTensor>);
  const viewNames = [...new Set([...(options.method.requires.views ?? []), ...shownViews(teachers)])];
  let state = uploaded as TrainingState<DeviceTensor>;

  const inputsOf = (
    { images, labels, indices, mixed, views = {} }: Batch,
    scalars: StepScalars,
    { teacherOutputs = {}, draws = {} }: BesideBatch,
  ): StepInputs => {
    const seen = Object.fromEntries(viewNames.map((view) => [view, views[view]!]));
    return {
      teachers: frozen,
      teacherOutputs,
      batch: {
        images,
        labels,
        indices,
        views: seen,
        ...(mixed !== undefined && { mixed: { labels: mixed.labels, shares: mixed.shares } }),
      },
      draws,
      scalars,
    };
  };
  const trained = (): TrainedVariables<InputLeaf> => ({
    student: state.student,
    method: state.method,
    teachers: frozen,
  });

  return {
    async step(batch, scalars, beside = {}) {
      const result = await program.step(state, inputsOf(batch, scalars, beside));
      state = result.state;
      return result.metrics;
    },
    async accumulate(batch, scalars, beside = {}) {
      await accumulating!.accumulate(state, inputsOf(batch, scalars, beside));
    },
    trained,
    averaged: () => withAverage<InputLeaf>(trained(), state.average),
    async download() {
      const tree = state as unknown as OneLevel<DeviceTensor>;
      return (await backend.download(tree)) as unknown as TrainingState<HostTensor>;
    },
    async close() {
      disposeTree(state);
      await program.close();
    },
  };
}
