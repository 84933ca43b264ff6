import {
  add,
  div,
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  reciprocal,
  type Scalar,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { requireLayout, requireSameShape } from '../shapes.ts';
import { classRanks } from './class-ranks.ts';
import { crossEntropy } from './cross-entropy.ts';
import { requireLabels } from './labels.ts';

/** Low enough that softmax gives 0, whatever the other logits, and far from the end of float32. */
const NEVER = -1e9;
/** The reference's guard against a division by 0. */
const EPSILON = 1e-6;

export interface UskdOptions {
  /** [batch, classes], unnormalised. */
  readonly studentLogits: Tensor;
  /** [batch, classes], of a linear layer on a feature in the middle of the student. */
  readonly weakLogits: Tensor;
  /** int32 [batch], each in [0, classes). */
  readonly labels: Tensor;
  /** Of the labels that the weak logits learn, in [0, 1). Default 0.1. */
  readonly labelSmoothing?: number;
  /**
   * What ranks the classes besides the label. 'paper' (the default): the sum of the probabilities that student and weak logits
   * give to them, each renormalised without the label; the label takes no rank. 'reference' is the released code, which adds the
   * student's LOG-probabilities instead, divided by 1 - ln p of the label, and gives the label a rank that nobody gets then.
   */
  readonly variant?: 'paper' | 'reference';
}

export interface UskdLosses {
  /** Cross entropy of the label alone, heavier where the student is surer than its batch; the weight is detached. */
  readonly target: Scalar;
  /** Cross entropy over the classes besides the label with Zipf's law of their ranks; the law is detached. */
  readonly nonTarget: Scalar;
  /** Cross entropy of the weak logits with smoothed labels. */
  readonly weak: Scalar;
}

/**
 * The three terms of universal self-knowledge distillation (Yang et al., 2023, arXiv:2303.13005, equations 9 to 13), without
 * weights and means over the batch, to be added to the cross entropy with the labels.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for labels that are not int32 or a smoothing out of range.
 */
export function uskdLosses({
  studentLogits,
  weakLogits,
  labels,
  labelSmoothing = 0.1,
  variant = 'paper',
}: UskdOptions): UskdLosses {
  requireLayout('studentLogits', studentLogits, ['batch', 'classes']);
  requireSameShape('weakLogits', weakLogits, 'studentLogits', studentLogits);
  requireLabels(labels, 'studentLogits', studentLogits);
  const [, classes] = (studentLogits as Tensor2D).shape;
  requireArgument(classes >= 2, () => `studentLogits must have at least two classes, got ${classes}.`);
  const own = oneHot(labels, classes, 1, 0, 'float32');
  return {
    target: targetLoss(studentLogits, own),
    nonTarget: nonTargetLoss(studentLogits, weakLogits, own, variant),
    weak: crossEntropy({ logits: weakLogits, labels, labelSmoothing }),
  };
}

function targetLoss(logits: Tensor, own: Tensor): Scalar {
  const logProbability = sum(mul(own, logSoftmax(logits)), 1);
  const certainty = detach(square(sum(mul(own, softmax(logits)), 1)));
  const weights = add(sub(certainty, mean(certainty)), 1);
  return neg(mean<Scalar>(mul(weights, logProbability)));
}

function nonTargetLoss(
  logits: Tensor,
  weakLogits: Tensor,
  own: Tensor,
  variant: 'paper' | 'reference',
): Scalar {
  const others = sub(1, own);
  const score = variant === 'paper' ? scoreAsInPaper : scoreAsInReference;
  const zipf = mul(reciprocal(add(classRanks(score(logits, weakLogits, own)), 1)), others);
  const law = detach(div(zipf, sum(zipf, 1, true)));
  return neg(mean<Scalar>(sum(mul(law, logSoftmax(withoutOwn(logits, own))), 1)));
}

function withoutOwn(logits: Tensor, own: Tensor): Tensor {
  return add(mul(logits, sub(1, own)), mul(own, NEVER));
}

/** The label's is the lowest, so that it takes no rank from the others. */
function scoreAsInPaper(logits: Tensor, weakLogits: Tensor, own: Tensor): Tensor {
  const both = add(softmax(withoutOwn(logits, own)), softmax(withoutOwn(weakLogits, own)));
  return sub(both, own);
}

function scoreAsInReference(logits: Tensor, weakLogits: Tensor, own: Tensor): Tensor {
  const scaled = (values: Tensor): Tensor =>
    div(values, add(sub(1, sum(mul(values, own), 1, true)), EPSILON));
  return add(scaled(softmax(weakLogits)), scaled(logSoftmax(logits)));
}
