import { type Scalar, sum, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { detach } from '../ops/detach.ts';
import { requireLayout, requireSameShape } from '../shapes.ts';
import { reduceSamples } from './reduction.ts';
import { relativeEntropyTerms } from './relative-entropy.ts';
import { requireTemperature, softLogProbabilities, type Temperature } from './temperature.ts';

/** Of per-sample divergences [batch]: themselves, their sum, or their mean over the batch. */
export type KlReduction = 'none' | 'sum' | 'batchmean';

export interface KlDivergenceOptions {
  /** [batch, classes], unnormalised; detached. */
  readonly teacherLogits: Tensor;
  /** [batch, classes], unnormalised. */
  readonly studentLogits: Tensor;
  /** Divides both logits; 1 unless given. */
  readonly temperature?: Temperature;
  /** 'forward' (the default) is KL(teacher || student), 'reverse' KL(student || teacher). */
  readonly direction?: 'forward' | 'reverse';
}

/**
 * Kullback-Leibler divergence of softmax(teacherLogits / T) and softmax(studentLogits / T) in nats, a sum over
 * classes for each sample, where 0 log 0 is 0. It is not multiplied by T^2; `hintonLoss` is.
 * The teacher's logits are detached in both directions.
 * `reduction`: 'none' gives [batch], 'batchmean' (the default) and 'sum' a scalar.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for a number that is no temperature.
 */
export function klDivergence(options: KlDivergenceOptions & { readonly reduction: 'none' }): Tensor1D;
export function klDivergence(
  options: KlDivergenceOptions & { readonly reduction?: 'sum' | 'batchmean' },
): Scalar;
export function klDivergence(
  options: KlDivergenceOptions & { readonly reduction?: KlReduction },
): Tensor1D | Scalar {
  const {
    teacherLogits,
    studentLogits,
    temperature = 1,
    direction = 'forward',
    reduction = 'batchmean',
  } = options;
  requireLayout('studentLogits', studentLogits, ['batch', 'classes']);
  requireSameShape('teacherLogits', teacherLogits, 'studentLogits', studentLogits);
  requireTemperature(temperature, studentLogits);
  const teacher = softLogProbabilities(detach(teacherLogits), temperature);
  const student = softLogProbabilities(studentLogits, temperature);
  const [p, q] = direction === 'forward' ? [teacher, student] : [student, teacher];
  const perSample = sum<Tensor1D>(relativeEntropyTerms(p, q), 1);
  return reduceSamples(perSample, reduction === 'batchmean' ? 'mean' : reduction);
}
