import { foldIn, type PrngKey, randomBits, randomInteger, splitKey } from 'kd-core';
import { happens } from '../draws.ts';
import { requireGreyOrColors } from '../operations/luminance.ts';
import { describedTransform, type Transform } from '../transform.ts';
import { cifar10Policy } from './cifar10-policy.ts';
import { magnitudeOf, narrowSpace } from './magnitudes.ts';
import { applyOperation } from './operation.ts';
import { checkedPolicyOptions, type PolicyOptions } from './policy-options.ts';

/** Magnitudes of the published policies are 0..9. */
const strongest = 9;

/**
 * AutoAugment with the policy found for CIFAR-10 (E. Cubuk et al., CVPR 2019, arXiv 1805.09501): one of 25 sub-policies, drawn alike, of two
 * operations, each with a probability and a magnitude of its own and a random direction. Ranges as torchvision's `AutoAugment`.
 * For pixels of 0..1, of 1 or 3 channels; others throw `SHAPE_MISMATCH`. The paper crops and flips before it and applies `cutout` with size 16 after it.
 */
export function autoAugment(policy: PolicyOptions = {}): Transform {
  const warping = checkedPolicyOptions(policy);
  return describedTransform({ name: 'autoAugment', options: { ...warping } }, (image, key) => {
    requireGreyOrColors(image.shape);
    const steps = cifar10Policy[randomInteger(foldIn(key, 0), { min: 0, max: cifar10Policy.length })]!;
    let augmented = image;
    for (const [place, [operation, probability, magnitude]] of steps.entries()) {
      const [whether, direction] = splitKey(foldIn(key, place + 1)) as [PrngKey, PrngKey];
      if (!happens(whether, probability)) continue;
      const sign = randomBits(direction, 1)[0]! % 2 === 0 ? 1 : -1;
      const amount = magnitudeOf(
        operation,
        { step: magnitude, steps: strongest },
        sign,
        narrowSpace,
        augmented.shape,
      );
      augmented = applyOperation(augmented, operation, amount, warping);
    }
    return augmented;
  });
}
