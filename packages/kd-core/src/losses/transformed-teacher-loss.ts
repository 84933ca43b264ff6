import {
  argMax,
  exp,
  logSoftmax,
  mean,
  mul,
  oneHot,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import { detach } from '../ops/detach.ts';
import { requireLayout, requireSameShape } from '../shapes.ts';
import { relativeEntropyTerms } from './relative-entropy.ts';
import { requireTemperature, soften, softLogProbabilities, type Temperature } from './temperature.ts';

export interface TransformedTeacherLossOptions {
  /** [batch, classes], unnormalised. */
  readonly studentLogits: Tensor;
  /** [batch, classes], unnormalised; detached. */
  readonly teacherLogits: Tensor;
  /** Of the teacher alone: the inverse of the power of its probabilities. */
  readonly temperature: Temperature;
  /** Whether each sample counts by the sum of the powers: WTTM. Default false: TTM. */
  readonly weighted?: boolean;
}

/**
 * Transformed teacher matching: the batch mean of KL(p^(1/T) / U || softmax(studentLogits)), where p are the teacher's
 * probabilities and U the sum of their powers. The student has no temperature, and there is no T^2. `weighted`: times U, which is 1
 * for a teacher that is certain and most, classes^(1 - 1/T), for one that knows nothing.
 * Zheng and Yang, 2024, arXiv:2402.11148.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for a number that is no temperature.
 */
export function transformedTeacherLoss({
  studentLogits,
  teacherLogits,
  temperature,
  weighted = false,
}: TransformedTeacherLossOptions): Scalar {
  requireLayout('studentLogits', studentLogits, ['batch', 'classes']);
  requireSameShape('teacherLogits', teacherLogits, 'studentLogits', studentLogits);
  requireTemperature(temperature, studentLogits);
  const teacher = detach(teacherLogits);
  const transformed = softLogProbabilities(teacher, temperature);
  const student = logSoftmax(studentLogits);
  const divergence = sum<Tensor1D>(relativeEntropyTerms(transformed, student), 1);
  if (!weighted) return mean(divergence);

  // p^(1/T) = U * transformed for every class; the likeliest is where rounding matters least.
  const powers = soften(logSoftmax(teacher), temperature);
  const likeliest = oneHot(argMax(teacher, 1), teacher.shape[1]!, 1, 0, 'float32');
  const logSum = sum<Tensor1D>(mul(sub(powers, transformed), likeliest), 1);
  return mean(mul(divergence, exp(logSum)));
}
