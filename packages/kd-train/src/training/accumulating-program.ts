import type { Backend, Compiled, DeviceTensor, HostTensor, InputLeaf, WithLeaves } from 'kd-core';
import {
  type AccumulatedGradient,
  type AddBatchArguments,
  type ApplyGradientArguments,
  buildAccumulatedStep,
  emptyGradient,
} from '../step/accumulated-step.ts';
import type { TrainingState } from '../step/training-state.ts';
import type { BatchMetrics, TrainingStepOptions, UpdateMetrics } from '../step/training-step.ts';
import { addToTotals, emptyTotals, type StepMetrics } from './epoch-totals.ts';
import {
  disposeTree,
  type OneLevel,
  type StepInputs,
  type StepProgram,
  takeNumbers,
} from './step-program.ts';

type Numbers<Metrics> = WithLeaves<Metrics, number>;
type OnDevice = AccumulatedGradient<DeviceTensor>;

/**
 * Two programs: one for the forward pass and the gradient of a batch, which never changes the training state, and a small
 * one for the update. An update that fails anywhere leaves the state as it was.
 */
export async function accumulatingProgram(
  backend: Backend,
  options: TrainingStepOptions,
  initial: TrainingState<HostTensor>,
): Promise<StepProgram> {
  const { name } = options.student;
  const { add, apply } = buildAccumulatedStep(options);
  const adding = backend.compile(add, {
    name: `gradient of ${name}`,
    constants: ['teachers'],
  }) as unknown as Compiled<OneLevel<never>, OneLevel<never>>;
  const applying = backend.compile(apply, {
    name: `update of ${name}`,
    donate: ['state', 'accumulated'],
  }) as unknown as Compiled<OneLevel<never>, OneLevel<never>>;
  const empty = (await backend.upload(
    emptyGradient(initial) as unknown as OneLevel<HostTensor>,
  )) as unknown as Pick<OnDevice, 'gradient' | 'finite'>;

  let underWay: OnDevice | undefined;
  let measured = emptyTotals;

  async function accumulate(
    state: TrainingState<DeviceTensor>,
    { scalars, ...inputs }: StepInputs,
  ): Promise<void> {
    const { student, method, lossScale } = state;
    const accumulated = underWay ?? {
      ...empty,
      studentState: student.state,
      methodState: method.state,
    };
    const args: WithLeaves<AddBatchArguments, InputLeaf> = {
      ...inputs,
      variables: { student, method, ...(lossScale && { lossScale }) },
      scalars: scalars.method,
      accumulated,
    } as never;
    const result = (await adding(args as never)) as unknown as {
      accumulated: OnDevice;
      metrics: OneLevel<DeviceTensor>;
    };
    if (underWay !== undefined) disposeTree(underWay);
    underWay = result.accumulated;
    const metrics = (await takeNumbers(backend, result.metrics)) as unknown as Numbers<BatchMetrics>;
    measured = addToTotals(measured, metrics as StepMetrics, (inputs.batch.labels as HostTensor).shape[0]!);
  }

  return {
    accumulate,
    async step(state, inputs) {
      await accumulate(state, inputs);
      const { samples, loss, terms, correct } = measured;
      const { method: _, ...scalars } = inputs.scalars;
      const args: WithLeaves<ApplyGradientArguments, InputLeaf> = {
        state,
        accumulated: underWay,
        samples,
        scalars,
      } as never;
      const result = (await applying(args as never)) as unknown as {
        state: TrainingState<DeviceTensor>;
        metrics: OneLevel<DeviceTensor>;
      };
      underWay = undefined;
      measured = emptyTotals;
      const update = (await takeNumbers(backend, result.metrics)) as unknown as Numbers<UpdateMetrics>;
      const mean = (sum: number): number => sum / samples;
      return {
        state: result.state,
        metrics: {
          loss: mean(loss),
          terms: Object.fromEntries(Object.entries(terms).map(([term, sum]) => [term, mean(sum)])),
          correct,
          ...update,
        } as StepMetrics,
      };
    },
    async close() {
      if (underWay !== undefined) disposeTree(underWay);
      disposeTree(empty);
      await adding.dispose();
      await applying.dispose();
    },
  };
}
