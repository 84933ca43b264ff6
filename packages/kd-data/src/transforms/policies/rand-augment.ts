import { foldIn, randomBits, randomInteger } from 'kd-core';
import { requireGreyOrColors } from '../operations/luminance.ts';
import { requireNumber, requireWholeNumber } from '../require-options.ts';
import { describedTransform, type Transform } from '../transform.ts';
import { magnitudeOf, narrowSpace } from './magnitudes.ts';
import { applyOperation, type PolicyOperation } from './operation.ts';
import { checkedPolicyOptions, type PolicyOptions } from './policy-options.ts';

export interface RandAugmentOptions extends PolicyOptions {
  /** How many operations follow each other, N of the paper, default 2. */
  readonly operations?: number;
  /** How strong they are, M of the paper: a whole number 0..30, default 9. */
  readonly magnitude?: number;
}

/** The 14 of the paper, which RandAugment and TrivialAugment draw from. */
export const randomOperations: readonly PolicyOperation[] = [
  'identity',
  'shearX',
  'shearY',
  'translateX',
  'translateY',
  'rotate',
  'brightness',
  'color',
  'contrast',
  'sharpness',
  'posterize',
  'solarize',
  'autocontrast',
  'equalize',
];

/** Magnitudes are 0..30. */
export const strongest = 30;

/**
 * RandAugment (E. Cubuk, B. Zoph, J. Shlens, Q. Le 2019, arXiv 1909.13719): `operations` operations, each drawn of 14 alike, with one
 * magnitude for all and a random direction. Ranges as torchvision's `RandAugment` with its 31 magnitudes. For pixels of 0..1, of 1 or 3 channels;
 * others throw `SHAPE_MISMATCH`.
 */
export function randAugment({
  operations = 2,
  magnitude = 9,
  ...policy
}: RandAugmentOptions = {}): Transform {
  requireWholeNumber('operations', operations, 1, 'operations');
  requireWholeNumber('magnitude', magnitude, 0, 'steps');
  requireNumber('magnitude', magnitude, { minimum: 0, maximum: strongest });
  const warping = checkedPolicyOptions(policy);
  const options = { operations, magnitude, ...warping };
  return describedTransform({ name: 'randAugment', options }, (image, key) => {
    requireGreyOrColors(image.shape);
    let augmented = image;
    for (let place = 0; place < operations; place++) {
      const placeKey = foldIn(key, place);
      const operation =
        randomOperations[randomInteger(foldIn(placeKey, 0), { min: 0, max: randomOperations.length })]!;
      const sign = randomBits(foldIn(placeKey, 1), 1)[0]! % 2 === 0 ? 1 : -1;
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
