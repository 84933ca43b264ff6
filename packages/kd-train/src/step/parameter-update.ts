import { logicalAnd, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Tree } from 'kd-core';
import { clipGradient } from './gradient-clipping.ts';
import { partNorms, treeNorm } from './gradient-norm.ts';
import { isFiniteScalar, toLossScale } from './loss-scale.ts';
import { type TrainingState, trainedParams } from './training-state.ts';
import type { TrainingStepOptions, UpdateMetrics, UpdateScalars } from './training-step.ts';
import { guardUpdate, statesAreFinite } from './update-guard.ts';
import { updateAverage } from './weight-averaging.ts';

export interface ParameterUpdateArguments {
  readonly state: TrainingState<Tensor>;
  /** Of the tree that `trainedParams` gives. */
  readonly gradient: Tree<Tensor>;
  readonly reached: ReadonlySet<string>;
  /** What the passes over the batches left. */
  readonly studentState: Tree<Tensor>;
  readonly methodState: Tree<Tensor>;
  readonly scalars: UpdateScalars;
  /** Whether loss and terms are finite, as a bool scalar; asked for by the guard of everything. */
  lossIsFinite(): Scalar;
}

/** One update of all that training changes, from a gradient to the next state. */
export function parameterUpdate({
  optimizer,
  lossScale,
  clipping,
  guard,
  gradientParts = false,
}: Pick<TrainingStepOptions, 'optimizer' | 'lossScale' | 'clipping' | 'guard' | 'gradientParts'>): (
  args: ParameterUpdateArguments,
) => { state: TrainingState<Tensor>; metrics: UpdateMetrics } {
  const scaling = lossScale === undefined ? undefined : toLossScale(lossScale);
  const guarded = guard ?? (scaling?.next && 'gradient');
  return ({ state, gradient, reached, studentState, methodState, scalars, lossIsFinite }) => {
    const params = trainedParams(state);
    // An unclipped step asks for the norm last: its place in the graph.
    const clippedNorm = clipping && treeNorm(gradient, reached);
    const { params: updated, state: memory } = optimizer.update({
      params,
      gradients:
        clipping === undefined
          ? gradient
          : clipGradient(gradient, { by: clipping, limit: scalars.clipping!, norm: clippedNorm! }),
      state: state.optimizer,
      learningRate: scalars.learningRate,
      reached,
    });
    const { student, method } = updated as typeof params;
    const gradientNorm = clippedNorm ?? treeNorm(gradient, reached);
    const trained = {
      student: { params: student, state: studentState },
      method: { params: method, state: methodState },
    };
    const next: TrainingState<Tensor> = {
      ...trained,
      optimizer: memory,
      ...(state.average && { average: updateAverage(state.average, trained, scalars.averageDecay!) }),
    };
    const metrics: UpdateMetrics = {
      gradientNorm,
      ...(gradientParts && { gradientNorms: partNorms(gradient, reached) }),
      ...(scaling && { lossScale: scaling.factor(state.lossScale) }),
    };
    if (guarded === undefined) return { state: next, metrics };
    const gradientIsFinite = isFiniteScalar(gradientNorm);
    const finite =
      guarded === 'gradient'
        ? gradientIsFinite
        : [lossIsFinite(), statesAreFinite(studentState, methodState)]
            .filter((each) => each !== undefined)
            .reduce((all, each) => logicalAnd(all, each) as Scalar, gradientIsFinite);
    const { state: kept, skipped } = guardUpdate(scaling?.next, state, next, finite);
    return { state: kept, metrics: { ...metrics, skipped } };
  };
}
