import { add, cast, div, greater, logicalAnd, mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { HostTensor, type HostTree, type Tree, treeMap } from 'kd-core';
import { groupLeaves } from '../optimizers/leaf-groups.ts';
import { zerosOf } from '../optimizers/zeros.ts';
import { type BatchGradientArguments, batchGradient, countCorrect } from './batch-gradient.ts';
import { parameterUpdate } from './parameter-update.ts';
import { type TrainingState, trainedParams } from './training-state.ts';
import type {
  BatchMetrics,
  TrainingStepOptions,
  TrainingStepResult,
  UpdateMetrics,
  UpdateScalars,
} from './training-step.ts';
import { lossIsFinite } from './update-guard.ts';

/** What the batches of an update have given so far. */
export interface AccumulatedGradient<Leaf> {
  /** Sum over all samples: the gradient of each batch times its size. */
  readonly gradient: Tree<Leaf>;
  /** As the last batch left them: running statistics and memories go from batch to batch. */
  readonly studentState: Tree<Leaf>;
  readonly methodState: Tree<Leaf>;
  /** 1 while every loss and term has been finite. */
  readonly finite: Leaf;
}

export interface AddBatchArguments extends BatchGradientArguments {
  readonly accumulated: AccumulatedGradient<Tensor>;
}

export interface ApplyGradientArguments {
  readonly state: TrainingState<Tensor>;
  readonly accumulated: AccumulatedGradient<Tensor>;
  /** How many samples the batches had together. */
  readonly samples: Scalar;
  readonly scalars: UpdateScalars;
}

/** An update of several batches, as two pure functions to be compiled. */
export interface AccumulatedStep {
  /** Adds a batch. The training state is read, and stays as it is. */
  add(args: AddBatchArguments): {
    readonly accumulated: AccumulatedGradient<Tensor>;
    readonly metrics: BatchMetrics;
  };
  /** The update by the mean over all samples. Traced after `add`, which finds out what the loss reaches. */
  apply(
    args: ApplyGradientArguments,
  ): Pick<TrainingStepResult, 'state'> & { readonly metrics: UpdateMetrics };
}

/**
 * A training step whose gradient comes of several batches: where the loss is a mean over samples that do not see each other,
 * the step of one batch of all of them. A batch norm normalises each batch by itself, and a loss of relations compares the
 * samples of one batch.
 */
export function buildAccumulatedStep(options: TrainingStepOptions): AccumulatedStep {
  const gradientOf = batchGradient(options);
  const update = parameterUpdate(options);
  // A property of the loss's graph, which is known once it has been traced.
  let reached: ReadonlySet<string> = new Set();
  return {
    add({ accumulated, variables, ...inputs }) {
      const { student, method } = variables;
      const found = gradientOf({
        ...inputs,
        variables: {
          ...variables,
          student: { params: student.params, state: accumulated.studentState },
          method: { params: method.params, state: accumulated.methodState },
        },
      });
      reached = found.reached;
      const { labels } = inputs.batch;
      const groups = groupLeaves(accumulated.gradient, () => true, reached);
      const latest = groups.join(found.gradient);
      const sums = groups
        .join(accumulated.gradient)
        .map((sum, group) => add(sum, mul(latest[group]!, labels.shape[0])));
      const finite =
        options.guard === 'everything'
          ? cast(logicalAnd(greater(accumulated.finite, 0), lossIsFinite(found)), 'float32')
          : accumulated.finite;
      return {
        accumulated: {
          gradient: groups.split(sums, accumulated.gradient),
          studentState: found.studentState,
          methodState: found.methodState,
          finite,
        },
        metrics: { loss: found.loss, terms: found.terms, correct: countCorrect(found.logits, labels) },
      };
    },
    apply({ state, accumulated, samples, scalars }) {
      return update({
        state,
        gradient: treeMap<Tensor, Tensor>(accumulated.gradient, (sum) => div(sum, samples)),
        reached,
        studentState: accumulated.studentState,
        methodState: accumulated.methodState,
        scalars,
        lossIsFinite: () => greater(accumulated.finite, 0) as Scalar,
      });
    },
  };
}

/** The sum before the first batch, for the parameters of `state`. */
export function emptyGradient(
  state: TrainingState<HostTensor>,
): Pick<AccumulatedGradient<HostTensor>, 'gradient' | 'finite'> {
  return { gradient: zerosOf(trainedParams(state) as HostTree), finite: HostTensor.scalar(1) };
}
