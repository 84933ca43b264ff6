import {
  add,
  cast,
  div,
  exp,
  greater,
  mean,
  mul,
  neg,
  type Scalar,
  sigmoid,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { hintonLoss } from './hinton-loss.ts';
import { requireTemperature, softLogProbabilities, type Temperature } from './temperature.ts';

export interface BalancedDivergenceLossOptions {
  /** [batch, classes], unnormalised. */
  readonly studentLogits: Tensor;
  /** [batch, classes], unnormalised; detached. */
  readonly teacherLogits: Tensor;
  readonly temperature: Temperature;
  /** Weight of the divergence that a sample needs more; the other has 1. A number or a scalar, at least 1. Default 2. */
  readonly beta?: number | Scalar;
  /** Above 0. Of the probabilities whose entropies are compared. Default 1. */
  readonly entropyTemperature?: number;
  /**
   * 0, the default, gives `beta` to one divergence or the other. Above 0, in nats, the weight passes smoothly from one to the other
   * where the entropies are about so close.
   */
  readonly smoothness?: number;
}

/**
 * Balanced divergences (the offline form of BD-KD): T^2 times the batch mean of `a KL(teacher || student) + b KL(student ||
 * teacher)`. A student that is surer of a sample than the teacher (less entropy) gets a = `beta` and is made less sure; any other
 * gets b = `beta`. No gradient flows through the entropies. `beta` 1 is the sum of both divergences.
 * Amara et al., 2022, arXiv:2212.12965; the rule of the weights is reconstructed from its abstract.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for numbers out of range.
 */
export function balancedDivergenceLoss({
  studentLogits,
  teacherLogits,
  temperature,
  beta = 2,
  entropyTemperature = 1,
  smoothness = 0,
}: BalancedDivergenceLossOptions): Scalar {
  requireArgument(
    typeof beta !== 'number' || (Number.isFinite(beta) && beta >= 1),
    () => `beta must be at least 1, got ${String(beta)}.`,
  );
  requireArgument(smoothness >= 0, () => `smoothness must be at least 0, got ${smoothness}.`);
  const towards = (direction: 'forward' | 'reverse'): Tensor1D =>
    hintonLoss({ studentLogits, teacherLogits, temperature, direction, reduction: 'none' });
  const [forward, reverse] = [towards('forward'), towards('reverse')];

  requireTemperature(entropyTemperature, studentLogits);
  const gap = sub<Tensor1D>(
    entropy(detach(teacherLogits), entropyTemperature),
    entropy(detach(studentLogits), entropyTemperature),
  );
  const share: Tensor1D = smoothness === 0 ? cast(greater(gap, 0), 'float32') : sigmoid(div(gap, smoothness));
  const extra = sub(beta, 1);
  const preferred = add(mul(forward, share), mul(reverse, sub(1, share)));
  return mean(add(add(forward, reverse), mul(preferred, extra)));
}

/** [batch], in nats. */
function entropy(logits: Tensor, temperature: number): Tensor1D {
  const logProbabilities = softLogProbabilities(logits, temperature);
  return neg(sum<Tensor1D>(mul(exp(logProbabilities), logProbabilities), 1));
}
