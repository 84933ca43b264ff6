import { type StandardizeLogitsOptions, standardizeLogits as standardized } from 'kd-core';
import type { LogitTransform } from './logit-transform.ts';

export type { StandardizeLogitsOptions };

/**
 * Logits without their mean and divided by their standard deviation, sample by sample (LSKD): the student need not reach the
 * range of the teacher's logits. The temperature divides the result, so that it is smaller than usual: 2.
 * Sun et al., CVPR 2024, arXiv:2403.01427.
 */
export function standardizeLogits({ epsilon = 1e-7 }: StandardizeLogitsOptions = {}): LogitTransform {
  return {
    name: 'standardize',
    config: { name: 'standardize', epsilon },
    apply: (logits) => standardized(logits, { epsilon }),
  };
}
