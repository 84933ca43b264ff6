import * as operations from './operations/byte-operations.ts';
import { requireNumber } from './require-options.ts';
import type { Transform } from './transform.ts';
import { withProbability } from './with-probability.ts';

/**
 * Inverts the levels from `threshold` on (0..256, default 128), with the given probability, 1 by default. For pixels of 0..1, which
 * are rounded to levels 0..255 first: bit for bit Pillow's `ImageOps.solarize`.
 */
export function solarize({
  threshold = 128,
  probability = 1,
}: {
  readonly threshold?: number;
  readonly probability?: number;
} = {}): Transform {
  requireNumber('threshold', threshold, { minimum: 0, maximum: 256 });
  return withProbability('solarize', { threshold, probability }, (image) =>
    operations.solarize(image, threshold),
  );
}
