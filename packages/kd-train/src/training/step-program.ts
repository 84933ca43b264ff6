import {
  type Backend,
  type Compiled,
  type DeviceTensor,
  type HostTensor,
  type InputLeaf,
  type ModelVariables,
  type Tree,
  treeLeaves,
  treeMap,
  type WithLeaves,
} from 'kd-core';
import { buildTrainingStep } from '../step/build-training-step.ts';
import type { TrainingState } from '../step/training-state.ts';
import type {
  TrainingStepArguments,
  TrainingStepOptions,
  TrainingStepResult,
} from '../step/training-step.ts';
import type { StepMetrics } from './epoch-totals.ts';
import type { StepScalars } from './run-schedules.ts';

/** Stands for a tree of any depth in calls of the backend, whose types TypeScript cannot unfold for recursive trees. */
export type OneLevel<Leaf> = { readonly [key: string]: Leaf };

/** What a step is given beside the state. */
export interface StepInputs
  extends Omit<WithLeaves<Omit<TrainingStepArguments, 'state'>, InputLeaf>, 'scalars' | 'teachers'> {
  readonly teachers: readonly ModelVariables<HostTensor>[];
  readonly scalars: StepScalars;
}

/** The compiled programs that move a training state on. */
export interface StepProgram {
  /** Adds a batch to the update that the next `step` makes. */
  accumulate(state: TrainingState<DeviceTensor>, inputs: StepInputs): Promise<void>;
  /** The update that this batch completes; consumes `state`, unless it fails. */
  step(
    state: TrainingState<DeviceTensor>,
    inputs: StepInputs,
  ): Promise<{ readonly state: TrainingState<DeviceTensor>; readonly metrics: StepMetrics }>;
  close(): Promise<void>;
}

/** One program for forward pass, gradient and update: every batch is an update. */
export function wholeStepProgram(
  backend: Backend,
  options: TrainingStepOptions,
): Omit<StepProgram, 'accumulate'> {
  const program: Compiled<TrainingStepArguments, TrainingStepResult> = backend.compile(
    buildTrainingStep(options),
    { name: `training step of ${options.student.name}`, donate: ['state'], constants: ['teachers'] },
  );
  return {
    async step(state, inputs) {
      const args = { state, ...inputs };
      const result = (await program(
        args as unknown as WithLeaves<TrainingStepArguments, InputLeaf>,
      )) as unknown as {
        state: TrainingState<DeviceTensor>;
        metrics: OneLevel<DeviceTensor>;
      };
      return {
        state: result.state,
        metrics: (await takeNumbers(backend, result.metrics)) as unknown as StepMetrics,
      };
    },
    close: () => program.dispose(),
  };
}

/** The values of scalars on the device, which are disposed. */
export async function takeNumbers(backend: Backend, scalars: OneLevel<DeviceTensor>): Promise<Tree<number>> {
  const values = await backend.download(scalars);
  disposeTree(scalars);
  return treeMap<HostTensor, number>(values as Tree<HostTensor>, ({ data }) => data[0]!);
}

export function disposeTree(tree: unknown): void {
  for (const leaf of treeLeaves<DeviceTensor>(tree as Tree<DeviceTensor>)) leaf.dispose();
}
