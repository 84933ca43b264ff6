import {
  div,
  exp,
  logSoftmax,
  mul,
  reshape,
  type Scalar,
  sub,
  sum,
  Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { formatShape, requireLayout, requireSameShape } from '../shapes.ts';
import { reduceSamples } from './reduction.ts';

/** Of per-sample divergences [batch]: themselves, their sum, or their mean over the batch. */
export type KlReduction = 'none' | 'sum' | 'batchmean';

/** Positive: a number, a scalar tensor, or [batch], one for each sample. Gradients flow into tensors. */
export type Temperature = number | Tensor;

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
  const teacher = logSoftmax(soften(detach(teacherLogits), temperature));
  const student = logSoftmax(soften(studentLogits, temperature));
  const [p, q] = direction === 'forward' ? [teacher, student] : [student, teacher];
  const perSample = sum<Tensor1D>(mul(exp(p), sub(p, q)), 1);
  return reduceSamples(perSample, reduction === 'batchmean' ? 'mean' : reduction);
}

function requireTemperature(temperature: Temperature, logits: Tensor): void {
  if (temperature instanceof Tensor) {
    if (temperature.rank === 0 || (temperature.rank === 1 && temperature.shape[0] === logits.shape[0]))
      return;
    throw new KdError(
      'SHAPE_MISMATCH',
      `temperature must be a scalar or [${logits.shape[0]}], one for each row of the logits ${formatShape(logits)}, got ${formatShape(temperature)}.`,
    );
  }
  requireArgument(
    Number.isFinite(temperature) && temperature > 0,
    () => `temperature must be a finite number above 0, got ${temperature}.`,
  );
}

function soften(logits: Tensor, temperature: Temperature): Tensor {
  if (temperature === 1) return logits;
  if (temperature instanceof Tensor && temperature.rank === 1)
    return div(logits, reshape(temperature, [-1, 1]));
  return div(logits, temperature);
}
