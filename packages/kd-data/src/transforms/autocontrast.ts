import * as operations from './operations/byte-operations.ts';
import type { Transform } from './transform.ts';
import { withProbability } from './with-probability.ts';

/**
 * Stretches each channel to all levels from 0 to 255, with the given probability, 1 by default. For pixels of 0..1, which are rounded
 * to levels first: bit for bit Pillow's `ImageOps.autocontrast`.
 */
export function autocontrast({ probability = 1 }: { readonly probability?: number } = {}): Transform {
  return withProbability('autocontrast', { probability }, operations.autocontrast);
}
