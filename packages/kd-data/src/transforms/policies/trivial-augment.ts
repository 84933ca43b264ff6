import { foldIn, randomBits, randomInteger } from 'kd-core';
import { requireGreyOrColors } from '../operations/luminance.ts';
import { describedTransform, type Transform } from '../transform.ts';
import { magnitudeOf, wideSpace } from './magnitudes.ts';
import { applyOperation } from './operation.ts';
import { checkedPolicyOptions, type PolicyOptions } from './policy-options.ts';
import { randomOperations, strongest } from './rand-augment.ts';

/**
 * TrivialAugment in its wide version (S. Müller and F. Hutter 2021, arXiv 2103.10158): one operation, drawn of the 14 of RandAugment
 * alike, with a magnitude drawn of 31 alike and a random direction. Ranges as torchvision's `TrivialAugmentWide`. For pixels of
 * 0..1, of 1 or 3 channels; others throw `SHAPE_MISMATCH`.
 */
export function trivialAugment(policy: PolicyOptions = {}): Transform {
  const warping = checkedPolicyOptions(policy);
  return describedTransform({ name: 'trivialAugment', options: { ...warping } }, (image, key) => {
    requireGreyOrColors(image.shape);
    const operation =
      randomOperations[randomInteger(foldIn(key, 0), { min: 0, max: randomOperations.length })]!;
    const magnitude = randomInteger(foldIn(key, 1), { min: 0, max: strongest + 1 });
    const sign = randomBits(foldIn(key, 2), 1)[0]! % 2 === 0 ? 1 : -1;
    const amount = magnitudeOf(
      operation,
      { step: magnitude, steps: strongest },
      sign,
      wideSpace,
      image.shape,
    );
    return applyOperation(image, operation, amount, warping);
  });
}
