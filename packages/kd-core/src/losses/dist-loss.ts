import {
  add,
  div,
  mean,
  mul,
  reshape,
  type Scalar,
  softmax,
  sub,
  sum,
  Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { euclideanNorm } from '../ops/euclidean-norm.ts';
import { requireLayout, requireSameShape } from '../shapes.ts';
import { requireTemperature, soften, squaredTemperature, type Temperature } from './temperature.ts';

export interface DistRelationsOptions {
  /** [batch, classes], or dense: [batch, height, width, classes]; unnormalised. */
  readonly studentLogits: Tensor;
  /** Of the same shape; detached. */
  readonly teacherLogits: Tensor;
  readonly temperature: Temperature;
  /** Added to the product of the norms; above 0. Default 1e-8. */
  readonly epsilon?: number;
}

/** How far the student is from the teacher's relations: from 0, for perfect correlation, to 2, times T^2. */
export interface DistRelations {
  /** Among the classes of a sample (or pixel). */
  readonly inter: Scalar;
  /** Among the samples (or pixels), for each class. */
  readonly intra: Scalar;
}

/**
 * 1 minus the mean Pearson correlation of student's and teacher's probabilities, along classes (`inter`) and along samples
 * (`intra`), both times T^2 (with one temperature a sample, `intra` times the mean of the squares). A distribution without
 * variance correlates with nothing: its correlation is 0. `intra` says something from three samples on: two are always in line.
 * Huang et al., 2022, arXiv:2205.10536.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for a number that is no temperature and an epsilon that is
 * not above 0.
 */
export function distRelations({
  studentLogits,
  teacherLogits,
  temperature,
  epsilon = 1e-8,
}: DistRelationsOptions): DistRelations {
  const dense = studentLogits.rank === 4;
  requireLayout(
    'studentLogits',
    studentLogits,
    dense ? ['batch', 'height', 'width', 'classes'] : ['batch', 'classes'],
  );
  requireSameShape('teacherLogits', teacherLogits, 'studentLogits', studentLogits);
  requireTemperature(temperature, studentLogits);
  requireArgument(epsilon > 0, () => `epsilon must be above 0, got ${epsilon}.`);
  const [batch, classes] = [studentLogits.shape[0]!, studentLogits.shape.at(-1)!];
  const rows = (logits: Tensor): Tensor2D =>
    reshape(softmax(soften(logits, temperature)), [-1, classes]) as Tensor2D;
  const [student, teacher] = [rows(studentLogits), rows(detach(teacherLogits))];

  const factor = squaredTemperature(temperature);
  const ofSamples = mean<Tensor1D>(reshape(pearson(student, teacher, 1, epsilon), [batch, -1]), 1);
  const ofClasses = mean<Scalar>(pearson(student, teacher, 0, epsilon));
  return {
    inter: mean<Scalar>(mul(sub(1, ofSamples), factor)),
    intra: mul(sub(1, ofClasses), factor instanceof Tensor ? mean(factor) : factor),
  };
}

export interface DistLossOptions extends DistRelationsOptions {
  /** Weight of `inter`: a number or a scalar. Default 1. */
  readonly beta?: number | Scalar;
  /** Weight of `intra`: a number or a scalar. Default 1. */
  readonly gamma?: number | Scalar;
}

/** DIST: `beta * inter + gamma * intra` of `distRelations`. Throws as that does. */
export function distLoss({ beta = 1, gamma = 1, ...options }: DistLossOptions): Scalar {
  const { inter, intra } = distRelations(options);
  return add(mul(inter, beta), mul(intra, gamma));
}

/** Correlations of the rows (`axis` 1) or columns (`axis` 0) of two matrices. */
function pearson(a: Tensor2D, b: Tensor2D, axis: 0 | 1, epsilon: number): Tensor1D {
  const centred = (x: Tensor2D): Tensor2D => sub(x, mean(x, axis, true));
  const [x, y] = [centred(a), centred(b)];
  const lengths = mul(euclideanNorm(x, axis), euclideanNorm(y, axis));
  return div(sum<Tensor1D>(mul(x, y), axis), add(lengths, epsilon));
}
