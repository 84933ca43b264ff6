import {
  add,
  cast,
  div,
  equal,
  exp,
  logSoftmax,
  mul,
  neg,
  onesLike,
  softmax,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  transpose,
  where,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { requireLayout, requireSameShape } from '../shapes.ts';
import { crossEntropy } from './cross-entropy.ts';

// How much each of several teachers counts: [teachers], or [teachers, batch] where it differs from sample to sample.

/** [teachers]: all alike (S. You et al., 2017, KDD). Throws `INVALID_ARGUMENT` unless `teachers` is a positive integer. */
export function uniformTeacherWeights(teachers: number): Tensor1D {
  requireArgument(
    Number.isInteger(teachers) && teachers > 0,
    () => `teachers must be a positive integer, got ${teachers}.`,
  );
  return tensor1d(new Float32Array(teachers).fill(1 / teachers));
}

export interface CrossEntropyTeacherWeightsOptions {
  /** One [batch, classes] for each teacher, unnormalised. */
  readonly teacherLogits: readonly Tensor[];
  /** int32 [batch], each in [0, classes). */
  readonly labels: Tensor;
  /**
   * Default true. False is for `teacherLogits` that a teacher's classifier gives for features of the student: the released code
   * of CA-MKD differentiates their weights.
   */
  readonly detached?: boolean;
}

/**
 * [teachers, batch]: more for a teacher that is closer to the label, (1 - softmax_k(CE_k)) / (K - 1), which sums to 1 for each
 * sample; 1 for a single teacher (CA-MKD; Zhang et al., 2022, arXiv:2201.00007, equation 3).
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for no teachers or labels that are not int32.
 */
export function crossEntropyTeacherWeights({
  teacherLogits,
  labels,
  detached = true,
}: CrossEntropyTeacherWeightsOptions): Tensor2D {
  requireTeacherLogits('teacherLogits', teacherLogits);
  const distances = stack(
    teacherLogits.map((logits) => crossEntropy({ logits, labels, reduction: 'none' })),
  ) as Tensor2D;
  if (teacherLogits.length === 1) return detach(onesLike(distances));
  const weights: Tensor2D = div(sub(1, softmaxOfTeachers(distances)), teacherLogits.length - 1);
  return detached ? detach(weights) : weights;
}

export interface EntropyTeacherWeightsOptions {
  /** One [batch, classes] for each teacher, unnormalised; detached. */
  readonly teacherLogits: readonly Tensor[];
}

/**
 * [teachers, batch]: more for a teacher that is surer, (1 - H_k / sum_j H_j) / (K - 1) of the entropies H at temperature 1,
 * which sums to 1 for each sample; all alike where no teacher has any doubt, and 1 for a single teacher. The released code leaves
 * out the division by K - 1 (EBKD; Kwon et al., 2020, ICASSP). Detached.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for no teachers.
 */
export function entropyTeacherWeights({ teacherLogits }: EntropyTeacherWeightsOptions): Tensor2D {
  requireTeacherLogits('teacherLogits', teacherLogits);
  const entropies = stack(teacherLogits.map(entropy)) as Tensor2D;
  if (teacherLogits.length === 1) return detach(onesLike(entropies));
  return detach(div<Tensor2D>(sub(1, shares(entropies)), teacherLogits.length - 1));
}

/** Throws unless there is at least one [batch, classes] and all are of one shape. */
export function requireTeacherLogits(name: string, logits: readonly Tensor[]): void {
  requireArgument(logits.length > 0, () => `${name} must be of at least one teacher.`);
  logits.forEach((each, index) => {
    requireLayout(`${name}[${index}]`, each, ['batch', 'classes']);
    requireSameShape(`${name}[${index}]`, each, `${name}[0]`, logits[0]!);
  });
}

function softmaxOfTeachers(distances: Tensor): Tensor {
  return transpose(softmax(transpose(distances)));
}

function entropy(logits: Tensor): Tensor {
  const logProbabilities = logSoftmax(logits);
  return neg(sum(mul(exp(logProbabilities), logProbabilities), 1));
}

/** Of [teachers, batch] values of at least 0: their parts of the sum over teachers, all alike where that is 0. */
function shares(values: Tensor): Tensor {
  const total = sum(values, 0, true);
  const none = equal(total, 0);
  const parts = div(values, where(none, onesLike(total), total));
  return add(parts, div(cast(none, 'float32'), values.shape[0]!));
}
