import { randomBeta } from 'kd-core';
import { describedMix, type Mix } from './mix.ts';
import { mixBatch, unmixed } from './mix-batch.ts';
import { checkedMixOptions, type MixOptions, mixKeys } from './mix-options.ts';

/**
 * Weighted means of two samples: share x_a + (1 - share) x_b, with one share for a batch, from Beta(alpha, alpha)
 * (H. Zhang et al. 2018, arXiv 1710.09412). The authors use an alpha of 1 for CIFAR-10 and of 0.2 for ImageNet.
 */
export function mixup(options: MixOptions = {}): Mix {
  const { alpha, probability } = checkedMixOptions(options);
  return describedMix({ name: 'mixup', options: { alpha, probability } }, (batch, key) => {
    const keys = mixKeys(key, probability);
    if (keys === undefined) return unmixed(batch);
    const share = randomBeta(keys[0], { alpha, beta: alpha });
    return mixBatch(batch, keys[1], {
      share,
      blend(first, second, target) {
        for (let i = 0; i < target.length; i++) target[i] = second[i]! + share * (first[i]! - second[i]!);
      },
    });
  });
}
