import { abs, cast, logicalAnd, logicalNot, type Scalar, type Tensor, where } from '@tensorflow/tfjs-core';
import { type Tree, treeMap2 } from 'kd-core';
import { isFiniteScalar, type LossScale } from './loss-scale.ts';
import type { TrainingState } from './training-state.ts';
import type { BatchMetrics } from './training-step.ts';

/** What must be finite for a step to change anything: the gradient alone, or the loss and each of its terms as well. */
export type StepGuard = 'gradient' | 'everything';

/** Whether the loss and all terms are finite, as a bool scalar. */
export function lossIsFinite({ loss, terms }: Pick<BatchMetrics, 'loss' | 'terms'>): Scalar {
  return [loss, ...Object.values(terms)]
    .map((value) => isFiniteScalar(abs(value)))
    .reduce((all, next) => logicalAnd(all, next) as Scalar);
}

/**
 * The state after a step, which is that before it where the step is not `finite`, a bool scalar: running statistics, memory banks and
 * averaged weights included. A dynamic loss scale moves on either way.
 */
export function guardUpdate(
  nextScale: LossScale['next'],
  { lossScale, ...before }: TrainingState<Tensor>,
  after: TrainingState<Tensor>,
  finite: Scalar,
): { state: TrainingState<Tensor>; skipped: Scalar } {
  const kept = treeMap2<Tensor, Tensor, Tensor>(
    after as unknown as Tree<Tensor>,
    before as unknown as Tree<Tensor>,
    (updated, previous) => (updated === previous ? updated : where(finite, updated, previous)),
  ) as unknown as TrainingState<Tensor>;
  return {
    state: nextScale === undefined ? kept : { ...kept, lossScale: nextScale(lossScale!, finite) },
    skipped: cast(logicalNot(finite), 'float32'),
  };
}
