import { mul, type Scalar, square, Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import {
  type KlDivergenceOptions,
  type KlReduction,
  klDivergence,
  type Temperature,
} from './kl-divergence.ts';
import { reduceSamples } from './reduction.ts';

export interface HintonLossOptions extends Pick<KlDivergenceOptions, 'teacherLogits' | 'studentLogits'> {
  readonly temperature: Temperature;
}

/**
 * Knowledge distillation (Hinton, Vinyals and Dean, 2014, arXiv:1503.02531, section 2):
 * T^2 KL(softmax(teacherLogits / T) || softmax(studentLogits / T)). The factor keeps the size of the gradient
 * when the temperature changes. The teacher's logits are detached.
 * `reduction`: 'none' gives [batch], 'batchmean' (the default) and 'sum' a scalar.
 * Throws as `klDivergence` does.
 */
export function hintonLoss(options: HintonLossOptions & { readonly reduction: 'none' }): Tensor1D;
export function hintonLoss(options: HintonLossOptions & { readonly reduction?: 'sum' | 'batchmean' }): Scalar;
export function hintonLoss(
  options: HintonLossOptions & { readonly reduction?: KlReduction },
): Tensor1D | Scalar {
  const { teacherLogits, studentLogits, temperature, reduction = 'batchmean' } = options;
  const divergence = klDivergence({ teacherLogits, studentLogits, temperature, reduction: 'none' });
  const factor = temperature instanceof Tensor ? square(temperature) : temperature ** 2;
  return reduceSamples(mul<Tensor1D>(divergence, factor), reduction === 'batchmean' ? 'mean' : reduction);
}
