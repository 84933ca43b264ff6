import {
  div,
  exp,
  expandDims,
  maximum,
  mean,
  mul,
  sqrt,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { formatShape, requireLayout, requireSameShape } from '../shapes.ts';
import { minimizeOnCappedSimplex } from './capped-simplex.ts';
import { requireTeacherLogits } from './teacher-weights.ts';
import { requireTemperature, softLogProbabilities, type Temperature } from './temperature.ts';

export interface GradientTeacherWeightsOptions {
  /** One [batch, classes] for each teacher, unnormalised; detached. */
  readonly teacherLogits: readonly Tensor[];
  /** [batch, classes], unnormalised; detached. */
  readonly studentLogits: Tensor;
  /** Above 0, a number or a scalar tensor. */
  readonly temperature: Temperature;
  /**
   * How much one teacher may count, at least 1 / teachers: there all count alike, and from 1 on the combined gradient is the
   * shortest of all. Default 0.6.
   */
  readonly largest?: number;
  /**
   * Whether gradients are brought to length 1 first. The weights are then those of the gradients as they were: divided by their
   * lengths, at least 1e-12, and by their sum, so that one may be above `largest`. Default false.
   */
  readonly normalise?: boolean;
}

/**
 * [teachers]: the weights, of sum 1, whose combined gradient is shortest: min |sum_k a_k g_k| for 0 <= a_k <= largest, where g_k
 * is the gradient of teacher k's soft targets with respect to the student's logits, averaged over the batch (AEKD; Du et al.,
 * 2020, "Agree to disagree", NeurIPS, equation 8). Exact. Detached.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for numbers out of range or too many teachers.
 */
export function gradientTeacherWeights(options: GradientTeacherWeightsOptions): Tensor1D {
  const { largest = 0.6, normalise = false } = options;
  requireArgument(largest > 0, () => `largest must be above 0, got ${largest}.`);
  const gradients = logitGradients(options);
  if (!normalise) return shortestCombination(gradients, largest);
  const lengths = maximum(sqrt(sum(square(gradients), 1)), 1e-12);
  const weights = div(shortestCombination(div(gradients, expandDims(lengths, 1)), largest), lengths);
  return detach(div(weights, sum(weights)));
}

function shortestCombination(vectors: Tensor2D, largest: number): Tensor1D {
  // No matrix product: that may be rounded to half precision, and differences of gradients matter here.
  const products = sum<Tensor2D>(mul(expandDims(vectors, 1), expandDims(vectors, 0)), 2);
  return minimizeOnCappedSimplex(products, largest);
}

/**
 * [teachers, classes]: the gradient of `hintonLoss` with respect to the student's logits for each teacher, averaged over the batch:
 * T (softmax(student / T) - softmax(teacher / T)) / batch, averaged. Detached.
 * Throws as `gradientTeacherWeights` does.
 */
export function logitGradients({
  teacherLogits,
  studentLogits,
  temperature,
}: Pick<GradientTeacherWeightsOptions, 'teacherLogits' | 'studentLogits' | 'temperature'>): Tensor2D {
  requireTeacherLogits('teacherLogits', teacherLogits);
  requireLayout('studentLogits', studentLogits, ['batch', 'classes']);
  requireSameShape('teacherLogits[0]', teacherLogits[0]!, 'studentLogits', studentLogits);
  requireTemperature(temperature, studentLogits);
  if (typeof temperature !== 'number' && temperature.rank !== 0) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `temperature must be a number or a scalar, got ${formatShape(temperature)}.`,
    );
  }
  const probabilities = (logits: Tensor): Tensor => exp(softLogProbabilities(logits, temperature));
  const batch = studentLogits.shape[0]!;
  const student = probabilities(studentLogits);
  const gradients = teacherLogits.map((teacher) =>
    mul(mean(sub(student, probabilities(teacher)), 0), temperature),
  );
  return detach(mul(stack(gradients), 1 / batch)) as Tensor2D;
}
