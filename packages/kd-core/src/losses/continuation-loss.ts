import {
  div,
  mean,
  mul,
  relu,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import { detach } from '../ops/detach.ts';
import { requireLayout, requireSameShape } from '../shapes.ts';

export interface ContinuationLossOptions {
  /** [batch, classes], unnormalised. */
  readonly studentLogits: Tensor;
  /** [batch, classes], unnormalised; detached. */
  readonly teacherLogits: Tensor;
  /** What the teacher's logits are multiplied by, in (0, 1]: a number or a scalar. Default 1. */
  readonly scale?: number | Scalar;
  /** Squared distances below `margin * scale` are as good as none: a number or a scalar, at least 0. Default 1. */
  readonly margin?: number | Scalar;
  /** Squares are added up over classes, or averaged. Default `sum`. */
  readonly overClasses?: 'sum' | 'mean';
}

/**
 * Continuation-KD: the batch mean of `max(0, |student - scale * teacher|^2 - margin * scale)`, of logits. The gradient is 0 at
 * and inside of the margin. With margin 0 it is the first stage of Annealing-KD.
 * Jafari et al., 2022, arXiv:2212.05998. Throws `SHAPE_MISMATCH` unless the shapes fit.
 */
export function continuationLoss({
  studentLogits,
  teacherLogits,
  scale = 1,
  margin = 1,
  overClasses = 'sum',
}: ContinuationLossOptions): Scalar {
  requireLayout('studentLogits', studentLogits, ['batch', 'classes']);
  requireSameShape('teacherLogits', teacherLogits, 'studentLogits', studentLogits);
  const squares = square(sub(studentLogits, mul(detach(teacherLogits), scale)));
  const total = sum<Tensor1D>(squares, 1);
  const distance = overClasses === 'sum' ? total : div<Tensor1D>(total, studentLogits.shape[1]!);
  return mean(relu(sub(distance, mul(margin, scale))));
}
