import * as operations from './operations/byte-operations.ts';
import type { Transform } from './transform.ts';
import { withProbability } from './with-probability.ts';

/**
 * Equalises the histogram of each channel, with the given probability, 1 by default. For pixels of 0..1, which are rounded to levels
 * 0..255 first: bit for bit Pillow's `ImageOps.equalize`.
 */
export function equalize({ probability = 1 }: { readonly probability?: number } = {}): Transform {
  return withProbability('equalize', { probability }, operations.equalize);
}
