import { type PrngKey, randomPermutation, splitKey } from 'kd-core';
import { between, drawFractions } from './draws.ts';
import { adjustBrightness, adjustContrast, adjustSaturation } from './operations/adjust-colors.ts';
import { adjustHue } from './operations/adjust-hue.ts';
import { requireGreyOrColors } from './operations/luminance.ts';
import { requireNumber } from './require-options.ts';
import { describedTransform, type Image, type Transform } from './transform.ts';

export interface ColorJitterOptions {
  /** Factor in [max(0, 1 - this), 1 + this], default 0: none. */
  readonly brightness?: number;
  /** As `brightness`. */
  readonly contrast?: number;
  /** As `brightness`. */
  readonly saturation?: number;
  /** Shift in [-this, this] of the colour circle, 0..0.5, default 0: none. */
  readonly hue?: number;
}

/**
 * Changes brightness, contrast, saturation and hue by random factors, in random order: torchvision's `ColorJitter`, in the arithmetic
 * of its float tensors. For pixels of 0..1, which stay in 0..1, of 1 or 3 channels; others throw `SHAPE_MISMATCH`.
 */
export function colorJitter({
  brightness = 0,
  contrast = 0,
  saturation = 0,
  hue = 0,
}: ColorJitterOptions = {}): Transform {
  const options = { brightness, contrast, saturation, hue };
  for (const name of ['brightness', 'contrast', 'saturation'] as const) {
    requireNumber(name, options[name], { minimum: 0, maximum: Number.MAX_VALUE }, 'a number of at least 0');
  }
  requireNumber('hue', hue, { minimum: 0, maximum: 0.5 });

  const factor = (strength: number, fraction: number): number =>
    between([Math.max(0, 1 - strength), 1 + strength], fraction);
  const steps: readonly ((image: Image, fraction: number) => Image)[] = [
    (image, fraction) => (brightness === 0 ? image : adjustBrightness(image, factor(brightness, fraction))),
    (image, fraction) => (contrast === 0 ? image : adjustContrast(image, factor(contrast, fraction))),
    (image, fraction) => (saturation === 0 ? image : adjustSaturation(image, factor(saturation, fraction))),
    (image, fraction) => (hue === 0 ? image : adjustHue(image, between([-hue, hue], fraction))),
  ];
  return describedTransform({ name: 'colorJitter', options }, (image, key) => {
    requireGreyOrColors(image.shape);
    const [orderKey, factorKey] = splitKey(key) as [PrngKey, PrngKey];
    const fractions = drawFractions(factorKey, steps.length);
    let jittered = image;
    for (const step of randomPermutation(orderKey, steps.length)) {
      jittered = steps[step]!(jittered, fractions[step]!);
    }
    return jittered;
  });
}
