import { mean, mul, type Scalar, sign, slice, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { detach } from '../ops/detach.ts';
import { requireLayout, requireSameShape } from '../shapes.ts';

export interface NeighbourCorrelationLossOptions {
  /** [batch, features] */
  readonly studentEmbedding: Tensor;
  /** Same shape. NOT detached: its trained head has a gradient. */
  readonly teacherEmbedding: Tensor;
}

/**
 * What the CRD benchmark (Tian et al., 2020, arXiv:1910.10699) runs under the name of correlation congruence: with d the absolute
 * difference of the embeddings of one sample, the mean over consecutive samples of the inner product of their d. Depends on the
 * order of the samples, and is not the published loss, which is `correlationCongruenceLoss`. A single sample has no
 * neighbours: 0. Throws `SHAPE_MISMATCH` unless both are [batch, features] of one shape.
 */
export function neighbourCorrelationLoss({
  studentEmbedding,
  teacherEmbedding,
}: NeighbourCorrelationLossOptions): Scalar {
  requireLayout('studentEmbedding', studentEmbedding, ['batch', 'features']);
  requireSameShape('studentEmbedding', studentEmbedding, 'teacherEmbedding', teacherEmbedding);
  const difference = sub(studentEmbedding, teacherEmbedding);
  // tfjs's derivative of |x| at 0 is -1.
  const sizes = mul(difference, sign(detach(difference)));
  const [batch, features] = sizes.shape as [number, number];
  if (batch === 1) return sum(mul(sizes, 0));
  const firsts = slice(sizes, [0, 0], [batch - 1, features]);
  const seconds = slice(sizes, [1, 0], [batch - 1, features]);
  return mean(sum(mul(firsts, seconds), 1));
}
