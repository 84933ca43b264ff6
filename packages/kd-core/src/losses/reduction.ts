import { mean, type Scalar, sum, type Tensor1D } from '@tensorflow/tfjs-core';

/** Of per-sample losses [batch]: themselves, their sum, or their mean. */
export type Reduction = 'none' | 'sum' | 'mean';

export function reduceSamples(losses: Tensor1D, reduction: Reduction): Tensor1D | Scalar {
  if (reduction === 'none') return losses;
  return reduction === 'sum' ? sum(losses) : mean(losses);
}
