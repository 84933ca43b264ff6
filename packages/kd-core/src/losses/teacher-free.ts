import { div, log, oneHot, type Scalar, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { requireLayout } from '../shapes.ts';
import { hintonLoss } from './hinton-loss.ts';
import { klDivergence } from './kl-divergence.ts';
import { requireLabels } from './labels.ts';
import type { Temperature } from './temperature.ts';

/**
 * 'reference' is the authors' code, for which their settings are meant: the divergence is a mean over batch and classes.
 * 'paper' is the equation of the text: KL of two softened distributions, averaged over the batch.
 */
export type TeacherFreeVariant = 'reference' | 'paper';

export interface TeacherFreeSelfLossOptions {
  /** [batch, classes], of the same network trained before; detached. */
  readonly teacherLogits: Tensor;
  /** [batch, classes], unnormalised. */
  readonly studentLogits: Tensor;
  readonly temperature: Temperature;
  /** Default 'reference', which multiplies by T^2; 'paper' does not. */
  readonly variant?: TeacherFreeVariant;
}

/**
 * Teacher-free self-training without its labels (Yuan et al., 2020, arXiv:1909.11723, equation 10): the divergence of the
 * softened student from a network of its own kind. Throws as `klDivergence` does.
 */
export function teacherFreeSelfLoss({
  teacherLogits,
  studentLogits,
  temperature,
  variant = 'reference',
}: TeacherFreeSelfLossOptions): Scalar {
  const options = { teacherLogits, studentLogits, temperature };
  if (variant === 'paper') return klDivergence(options);
  requireLayout('studentLogits', studentLogits, ['batch', 'classes']);
  return div(hintonLoss(options), studentLogits.shape[1]!);
}

export interface TeacherFreeRegularizationLossOptions {
  /** [batch, classes], unnormalised. */
  readonly studentLogits: Tensor;
  /** int32 [batch], each in [0, classes). */
  readonly labels: Tensor;
  /** Above 0, a number or a scalar tensor. */
  readonly temperature: number | Scalar;
  /** Of the virtual teacher, in (0, 1]; below 1 for 'paper'. Default 0.99. */
  readonly correctProbability?: number;
  /**
   * Default 'reference': softmax(d / T) of the teacher's PROBABILITIES d against the student without temperature; 'paper'
   * softens both, d to d^(1/T) renormalised.
   */
  readonly variant?: TeacherFreeVariant;
}

/**
 * Teacher-free regularisation without its labels (Yuan et al., 2020, arXiv:1909.11723, equation 11): the divergence of the
 * student from a virtual teacher that gives `correctProbability` to the label and spreads the rest evenly over the others.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for labels that are not int32, or numbers out of range.
 */
export function teacherFreeRegularizationLoss({
  studentLogits,
  labels,
  temperature,
  correctProbability = 0.99,
  variant = 'reference',
}: TeacherFreeRegularizationLossOptions): Scalar {
  requireLayout('studentLogits', studentLogits, ['batch', 'classes']);
  requireLabels(labels, 'studentLogits', studentLogits);
  const [, classes] = (studentLogits as Tensor2D).shape;
  requireArgument(classes >= 2, () => `studentLogits must have at least two classes, got ${classes}.`);
  requireArgument(
    typeof temperature !== 'number' || temperature > 0,
    () => `temperature must be above 0, got ${String(temperature)}.`,
  );
  const reachable = variant === 'reference' ? correctProbability <= 1 : correctProbability < 1;
  requireArgument(
    correctProbability > 0 && reachable,
    () =>
      `correctProbability must be in (0, 1${variant === 'reference' ? ']' : ')'}, got ${correctProbability}.`,
  );
  const virtual = oneHot(
    labels,
    classes,
    correctProbability,
    (1 - correctProbability) / (classes - 1),
    'float32',
  );
  return variant === 'paper'
    ? klDivergence({ teacherLogits: log(virtual), studentLogits, temperature })
    : div(klDivergence({ teacherLogits: div(virtual, temperature), studentLogits }), classes);
}
