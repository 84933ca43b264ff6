import {
  add,
  logSoftmax,
  mul,
  neg,
  oneHot,
  type Scalar,
  sub,
  sum,
  Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { formatShape, requireLayout, requireSameShape } from '../shapes.ts';
import { requireLabels } from './labels.ts';
import { type Reduction, reduceSamples } from './reduction.ts';

export interface ProgressiveSelfLossOptions {
  /** [batch, classes], unnormalised. */
  readonly studentLogits: Tensor;
  /** [batch, classes]: what the student itself answered for these samples one epoch before; detached. */
  readonly pastProbabilities: Tensor;
  /** int32 [batch], each in [0, classes). */
  readonly labels: Tensor;
  /** How far the past is trusted, in [0, 1]: a number or a scalar tensor. */
  readonly alpha: number | Tensor;
}

/**
 * Progressive self-knowledge distillation (Kim et al., 2021, arXiv:2006.12000, equation 4): the cross entropy of softmax(
 * studentLogits) with (1 - alpha) onehot + alpha pastProbabilities. `reduction`: 'none' gives [batch], 'mean' (the default) and
 * 'sum' a scalar. Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for labels that are not int32 or an alpha
 * out of range.
 */
export function progressiveSelfLoss(
  options: ProgressiveSelfLossOptions & { readonly reduction: 'none' },
): Tensor1D;
export function progressiveSelfLoss(
  options: ProgressiveSelfLossOptions & { readonly reduction?: 'sum' | 'mean' },
): Scalar;
export function progressiveSelfLoss(
  options: ProgressiveSelfLossOptions & { readonly reduction?: Reduction },
): Tensor1D | Scalar {
  const { studentLogits, pastProbabilities, labels, alpha, reduction = 'mean' } = options;
  requireLayout('studentLogits', studentLogits, ['batch', 'classes']);
  requireSameShape('pastProbabilities', pastProbabilities, 'studentLogits', studentLogits);
  requireLabels(labels, 'studentLogits', studentLogits);
  requireShare(alpha);
  const [, classes] = (studentLogits as Tensor2D).shape;
  const hard = oneHot(labels, classes, 1, 0, 'float32');
  const target = add(mul(hard, sub(1, alpha)), mul(detach(pastProbabilities), alpha));
  return reduceSamples(neg(sum<Tensor1D>(mul(target, logSoftmax(studentLogits)), 1)), reduction);
}

function requireShare(alpha: number | Tensor): void {
  if (alpha instanceof Tensor) {
    if (alpha.rank === 0) return;
    throw new KdError('SHAPE_MISMATCH', `alpha must be a number or a scalar, got ${formatShape(alpha)}.`);
  }
  requireArgument(alpha >= 0 && alpha <= 1, () => `alpha must be in [0, 1], got ${alpha}.`);
}
