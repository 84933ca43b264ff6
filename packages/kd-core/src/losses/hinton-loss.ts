import { mul, type Scalar, type Tensor1D } from '@tensorflow/tfjs-core';
import { type KlDivergenceOptions, type KlReduction, klDivergence } from './kl-divergence.ts';
import { reduceSamples } from './reduction.ts';
import { squaredTemperature, type Temperature } from './temperature.ts';

export interface HintonLossOptions extends KlDivergenceOptions {
  readonly temperature: Temperature;
}

/**
 * Knowledge distillation (Hinton, Vinyals and Dean, 2014, arXiv:1503.02531, section 2):
 * T^2 KL(softmax(teacherLogits / T) || softmax(studentLogits / T)). The factor keeps the size of the gradient
 * when the temperature changes. The teacher's logits are detached. `direction` 'reverse' exchanges the distributions.
 * `reduction`: 'none' gives [batch], 'batchmean' (the default) and 'sum' a scalar.
 * Throws as `klDivergence` does.
 */
export function hintonLoss(options: HintonLossOptions & { readonly reduction: 'none' }): Tensor1D;
export function hintonLoss(options: HintonLossOptions & { readonly reduction?: 'sum' | 'batchmean' }): Scalar;
export function hintonLoss(
  options: HintonLossOptions & { readonly reduction?: KlReduction },
): Tensor1D | Scalar {
  const { reduction = 'batchmean', ...divergence } = options;
  const perSample = klDivergence({ ...divergence, reduction: 'none' });
  const scaled = mul<Tensor1D>(perSample, squaredTemperature(options.temperature));
  return reduceSamples(scaled, reduction === 'batchmean' ? 'mean' : reduction);
}
