import * as operations from './operations/byte-operations.ts';
import { requireNumber, requireWholeNumber } from './require-options.ts';
import type { Transform } from './transform.ts';
import { withProbability } from './with-probability.ts';

/**
 * Keeps the `bits` highest of the 8 bits of each level, 0..8, with the given probability, 1 by default. For pixels of 0..1, which are
 * rounded to levels 0..255 first: bit for bit Pillow's `ImageOps.posterize`.
 */
export function posterize({
  bits,
  probability = 1,
}: {
  readonly bits: number;
  readonly probability?: number;
}): Transform {
  requireWholeNumber('bits', bits, 0, 'bits');
  requireNumber('bits', bits, { minimum: 0, maximum: 8 });
  return withProbability('posterize', { bits, probability }, (image) => operations.posterize(image, bits));
}
