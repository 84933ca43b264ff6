import { requireArgument } from '../errors.ts';
import type { PrngKey } from './key.ts';
import { threefry2x32 } from './threefry.ts';

/** The words of `randomBits`, one a call and without end. */
export function wordStream(key: PrngKey): () => number {
  let block = 0;
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const word = spare;
      spare = undefined;
      return word;
    }
    const [first, second] = threefry2x32(key, [0, block++]);
    spare = second;
    return first;
  };
}

/**
 * `count` uniform 32-bit words. A longer draw from the same key begins with the same words.
 * Throws `INVALID_ARGUMENT` unless `count` is a non-negative integer.
 */
export function randomBits(key: PrngKey, count: number): Uint32Array {
  requireArgument(
    Number.isSafeInteger(count) && count >= 0,
    () => `count must be a non-negative integer, got ${count}.`,
  );
  const next = wordStream(key);
  const words = new Uint32Array(count);
  for (let index = 0; index < count; index++) words[index] = next();
  return words;
}
