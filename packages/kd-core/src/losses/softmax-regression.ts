import { add, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { requireLayout, requireSameShape } from '../shapes.ts';
import { meanSquaredError } from './mean-squared-error.ts';

export interface SoftmaxRegressionOptions {
  /** [batch, features]: the student's representation, brought to the teacher's length. */
  readonly studentFeature: Tensor;
  /** Same shape; detached. */
  readonly teacherFeature: Tensor;
  /** [batch, classes]: what the teacher's classifier answers to `studentFeature`. */
  readonly studentLogits: Tensor;
  /** Same shape: what it answers to the teacher's; detached. */
  readonly teacherLogits: Tensor;
}

export interface SoftmaxRegressionTerms {
  readonly feature: Scalar;
  readonly logit: Scalar;
  /** Their sum. */
  readonly total: Scalar;
}

/**
 * Softmax regression representation learning (Yang, Martinez, Bulat and Tzimiropoulos, 2021, "Knowledge distillation via
 * softmax regression representation learning", ICLR, with the squared distance of logits): the mean
 * squared differences of the features, and of the logits that the teacher's classifier gives for either.
 * Throws `SHAPE_MISMATCH` for tensors that do not correspond.
 */
export function softmaxRegressionLoss({
  studentFeature,
  teacherFeature,
  studentLogits,
  teacherLogits,
}: SoftmaxRegressionOptions): SoftmaxRegressionTerms {
  requireLayout('studentFeature', studentFeature, ['batch', 'features']);
  requireSameShape('teacherFeature', teacherFeature, 'studentFeature', studentFeature);
  requireLayout('studentLogits', studentLogits, ['batch', 'classes']);
  requireSameShape('teacherLogits', teacherLogits, 'studentLogits', studentLogits);
  const feature = meanSquaredError(studentFeature, teacherFeature);
  const logit = meanSquaredError(studentLogits, teacherLogits);
  return { feature, logit, total: add(feature, logit) };
}
