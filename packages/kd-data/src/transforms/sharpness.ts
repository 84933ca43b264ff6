import { adjustSharpness } from './operations/adjust-colors.ts';
import { requireNumber } from './require-options.ts';
import type { Transform } from './transform.ts';
import { withProbability } from './with-probability.ts';

/**
 * From a smoothed image (`factor` 0) through the image itself (1) to a sharpened one (above), with the given probability, 1 by
 * default: Pillow's `ImageEnhance.Sharpness`, without its rounding to levels. For pixels of 0..1.
 */
export function sharpness({
  factor,
  probability = 1,
}: {
  readonly factor: number;
  readonly probability?: number;
}): Transform {
  requireNumber('factor', factor, { minimum: 0, maximum: Number.MAX_VALUE }, 'a number of at least 0');
  return withProbability('sharpness', { factor, probability }, (image) => adjustSharpness(image, factor));
}
