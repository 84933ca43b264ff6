import { invertPixels } from './operations/adjust-colors.ts';
import type { Transform } from './transform.ts';
import { withProbability } from './with-probability.ts';

/** `1 - pixel`, with the given probability, 1 by default. For pixels of 0..1, thus before `normalize`. */
export function invert({ probability = 1 }: { readonly probability?: number } = {}): Transform {
  return withProbability('invert', { probability }, invertPixels);
}
