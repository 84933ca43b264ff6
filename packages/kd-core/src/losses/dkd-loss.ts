import {
  add,
  logSoftmax,
  mean,
  mul,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import { detach } from '../ops/detach.ts';
import { requireSameShape } from '../shapes.ts';
import { relativeEntropyTerms } from './relative-entropy.ts';
import { splitAtTarget } from './target-split.ts';
import { soften, squaredTemperature, type Temperature } from './temperature.ts';

export interface DecoupledDivergencesOptions {
  /** [batch, classes], unnormalised. */
  readonly studentLogits: Tensor;
  /** [batch, classes], unnormalised; detached. */
  readonly teacherLogits: Tensor;
  /** int32 [batch], each in [0, classes). */
  readonly labels: Tensor;
  readonly temperature: Temperature;
  /**
   * How the label's class is kept out of `others`. 'paper' (the default): it has no part in it. 'reference': as in the released code
   * its logit, divided by T, is lowered by 1000, so that it stays in where it leads all others by more than that.
   */
  readonly variant?: 'paper' | 'reference';
}

/** Divergences of each sample, [batch], without T^2. */
export interface DecoupledDivergences {
  /** KL between the pairs (probability of the label, of all other classes): TCKD. */
  readonly target: Tensor1D;
  /** KL between the distributions among the other classes: NCKD. */
  readonly others: Tensor1D;
}

/**
 * The two parts of the divergence KL(teacher || student), which is `target + (1 - p) * others`, where p is the teacher's
 * probability of the label (Zhao et al., 2022, arXiv:2203.08679). Finite for every finite logit.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for labels that are not int32, for a single class and for a
 * number that is no temperature.
 */
export function decoupledDivergences({
  studentLogits,
  teacherLogits,
  labels,
  temperature,
  variant = 'paper',
}: DecoupledDivergencesOptions): DecoupledDivergences {
  const student = splitAtTarget({ name: 'studentLogits', logits: studentLogits, labels, temperature });
  requireSameShape('teacherLogits', teacherLogits, 'studentLogits', studentLogits);
  const teacher = splitAtTarget({
    name: 'teacherLogits',
    logits: detach(teacherLogits),
    labels,
    temperature,
  });
  return {
    target: add(
      relativeEntropyTerms(teacher.target, student.target),
      relativeEntropyTerms(teacher.rest, student.rest),
    ),
    others:
      variant === 'paper'
        ? sum<Tensor1D>(mul(relativeEntropyTerms(teacher.others, student.others), teacher.isOther), 1)
        : sum<Tensor1D>(
            relativeEntropyTerms(
              withLoweredLabel(detach(teacherLogits), teacher.isOther, temperature),
              withLoweredLabel(studentLogits, teacher.isOther, temperature),
            ),
            1,
          ),
  };
}

/** log softmax of logits [batch, classes] divided by T, of which the label's is lowered by 1000. */
function withLoweredLabel(logits: Tensor, isOther: Tensor, temperature: Temperature): Tensor {
  return logSoftmax(sub(soften(logits, temperature), mul(sub(1, isOther), 1000)));
}

export interface DkdLossOptions extends DecoupledDivergencesOptions {
  /** Weight of the label's part: a number, a scalar, or [batch]. Default 1. */
  readonly alpha?: number | Tensor;
  /** Weight of the part of the other classes: a number, a scalar, or [batch]. Default 8. */
  readonly beta?: number | Tensor;
}

/**
 * Decoupled knowledge distillation: T^2 times the batch mean of `alpha * target + beta * others`, the parts of
 * `decoupledDivergences`. With alpha = 1 and beta = 1 - p it is `hintonLoss`.
 * Zhao et al., 2022, arXiv:2203.08679. Throws as `decoupledDivergences` does.
 */
export function dkdLoss({ alpha = 1, beta = 8, ...options }: DkdLossOptions): Scalar {
  const { target, others } = decoupledDivergences(options);
  const perSample = add(mul(target, alpha), mul(others, beta));
  return mean(mul(perSample, squaredTemperature(options.temperature)));
}
