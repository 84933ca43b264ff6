import {
  abs,
  cast,
  logicalAnd,
  logicalNot,
  type Scalar,
  sum,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { type Tree, treeLeaves, treeMap2 } from 'kd-core';
import { isFiniteScalar, type LossScale } from './loss-scale.ts';
import type { TrainingState } from './training-state.ts';
import type { BatchMetrics } from './training-step.ts';

/**
 * What must be finite for a step to change anything: the gradient alone, or the loss, each of its terms, and what the pass leaves
 * beside parameters as well: running statistics and memories.
 */
export type StepGuard = 'gradient' | 'everything';

/** Whether the loss and all terms are finite, as a bool scalar. */
export function lossIsFinite({ loss, terms }: Pick<BatchMetrics, 'loss' | 'terms'>): Scalar {
  return [loss, ...Object.values(terms)]
    .map((value) => isFiniteScalar(abs(value)))
    .reduce((all, next) => logicalAnd(all, next) as Scalar);
}

/** Whether all that a pass leaves is finite, as a bool scalar: an activation may overflow in a statistic and nowhere else. */
export function statesAreFinite(...states: readonly Tree<Tensor>[]): Scalar | undefined {
  return states
    .flatMap((state) => treeLeaves<Tensor>(state))
    .map((leaf) => isFiniteScalar(sum(abs(cast(leaf, 'float32')))))
    .reduce<Scalar | undefined>(
      (all, next) => (all === undefined ? next : (logicalAnd(all, next) as Scalar)),
      undefined,
    );
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
