import {
  add,
  exp,
  mean,
  mul,
  neg,
  type Scalar,
  sum,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import { detach } from '../ops/detach.ts';
import { requireSameShape } from '../shapes.ts';
import { splitAtTarget, type TargetSplit } from './target-split.ts';
import { squaredTemperature, type Temperature } from './temperature.ts';

export interface NkdLossOptions {
  /** [batch, classes], unnormalised. */
  readonly studentLogits: Tensor;
  /** [batch, classes], unnormalised; detached. */
  readonly teacherLogits: Tensor;
  /** int32 [batch], each in [0, classes). */
  readonly labels: Tensor;
  /** Of the other classes; the label's part has none. */
  readonly temperature: Temperature;
  /** Weight of the part of the other classes: a number, a scalar, or [batch]. Default 1.5. */
  readonly gamma?: number | Tensor;
}

/**
 * Normalised knowledge distillation: the cross entropy of the label weighed by the teacher's confidence in it, plus `gamma` T^2
 * times the cross entropy of the distributions among the other classes. A cross entropy, not a divergence: its least value is
 * not 0. Yang et al., 2023, arXiv:2303.13005.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for labels that are not int32, for a single class and for a
 * number that is no temperature.
 */
export function nkdLoss({
  studentLogits,
  teacherLogits,
  labels,
  temperature,
  gamma = 1.5,
}: NkdLossOptions): Scalar {
  const split = (name: string, logits: Tensor, at: Temperature): TargetSplit =>
    splitAtTarget({ name, logits, labels, temperature: at });
  const student = split('studentLogits', studentLogits, 1);
  requireSameShape('teacherLogits', teacherLogits, 'studentLogits', studentLogits);
  const teacher = split('teacherLogits', detach(teacherLogits), 1);
  const softStudent = split('studentLogits', studentLogits, temperature);
  const softTeacher = split('teacherLogits', detach(teacherLogits), temperature);

  const target = mul(exp(teacher.target), student.target);
  const products = mul(mul(exp(softTeacher.others), softStudent.others), softTeacher.isOther);
  const others = mul(sum<Tensor1D>(products, 1), squaredTemperature(temperature));
  return neg(mean<Scalar>(add(target, mul(others, gamma))));
}
