import {
  expandDims,
  mean,
  mul,
  reshape,
  type Scalar,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { formatShape, requireSameShape } from '../shapes.ts';
import { hintonLoss } from './hinton-loss.ts';

import { type Reduction, reduceSamples } from './reduction.ts';
import { requireTeacherLogits } from './teacher-weights.ts';
import type { Temperature } from './temperature.ts';

export interface MultiTeacherLossOptions {
  /** One [batch, classes] for each teacher, unnormalised; detached. */
  readonly teacherLogits: readonly Tensor[];
  /** [batch, classes], unnormalised. */
  readonly studentLogits: Tensor;
  /** [teachers], or [teachers, batch]; not detached here. See `uniformTeacherWeights` and the others. */
  readonly weights: Tensor;
  readonly temperature: Temperature;
}

/**
 * Soft targets of several teachers: sum_k weights_k T^2 KL(teacher_k || student), as `hintonLoss` for each of them.
 * `reduction`: 'none' gives [batch], 'mean' (the default) and 'sum' a scalar. The released code of CA-MKD and of EBKD divides by
 * the number of teachers once more, although its weights sum to 1 for each sample.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for no teachers or a number that is no temperature.
 */
export function multiTeacherLoss(options: MultiTeacherLossOptions & { readonly reduction: 'none' }): Tensor1D;
export function multiTeacherLoss(
  options: MultiTeacherLossOptions & { readonly reduction?: 'sum' | 'mean' },
): Scalar;
export function multiTeacherLoss(
  options: MultiTeacherLossOptions & { readonly reduction?: Reduction },
): Tensor1D | Scalar {
  const { teacherLogits, studentLogits, weights, temperature, reduction = 'mean' } = options;
  requireTeacherLogits('teacherLogits', teacherLogits);
  const divergences = teacherLogits.map((each) =>
    hintonLoss({ teacherLogits: each, studentLogits, temperature, reduction: 'none' }),
  );
  return reduceSamples(weighed(divergences, weights), reduction);
}

export interface MultiTeacherFeatureLossOptions {
  /** The student's feature, brought to the shape of each teacher's: [batch, ...]. */
  readonly studentFeatures: readonly Tensor[];
  /** As many, of the same shapes; detached. */
  readonly teacherFeatures: readonly Tensor[];
  /** [teachers], or [teachers, batch]; not detached here. */
  readonly weights: Tensor;
}

/**
 * Features of several teachers: the mean over the batch of sum_k weights_k mean (student_k - teacher_k)^2, the inner mean over
 * all elements of a sample (CA-MKD; Zhang et al., 2022, arXiv:2201.00007, equation 6).
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for no teachers.
 */
export function multiTeacherFeatureLoss({
  studentFeatures,
  teacherFeatures,
  weights,
}: MultiTeacherFeatureLossOptions): Scalar {
  requireArgument(studentFeatures.length > 0, () => 'studentFeatures must be for at least one teacher.');
  if (studentFeatures.length !== teacherFeatures.length) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `studentFeatures and teacherFeatures must be as many, got ${studentFeatures.length} and ${teacherFeatures.length}.`,
    );
  }
  const distances = studentFeatures.map((student, index) => {
    const teacher = teacherFeatures[index]!;
    requireSameShape(`studentFeatures[${index}]`, student, `teacherFeatures[${index}]`, teacher);
    requireArgument(
      student.rank >= 2 && student.size > 0,
      () => `studentFeatures[${index}] must be [batch, ...] and not empty.`,
    );
    return mean<Tensor1D>(reshape(square(sub(student, detach(teacher))), [student.shape[0]!, -1]), 1);
  });
  return mean(weighed(distances, weights));
}

/** The sum over teachers of their [batch] values times their weights. */
function weighed(perTeacher: readonly Tensor1D[], weights: Tensor): Tensor1D {
  const values = stack([...perTeacher]);
  const [teachers, batch] = values.shape as [number, number];
  const fits =
    weights.shape[0] === teachers &&
    (weights.rank === 1 || (weights.rank === 2 && weights.shape[1] === batch));
  if (!fits) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `weights must be [${teachers}] or [${teachers}, ${batch}], got ${formatShape(weights)}.`,
    );
  }
  return sum(mul(values, weights.rank === 1 ? expandDims(weights, 1) : weights), 0);
}
