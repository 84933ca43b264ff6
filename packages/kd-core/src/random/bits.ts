import { requireArgument } from '../errors.ts';
import type { PrngKey } from './key.ts';
import { fillBlocks } from './threefry.ts';

/** Words computed at a time, once a draw has proved long. */
const LONGEST_RUN = 4096;

/** The words of `randomBits`, one a call and without end. */
export function wordStream(key: PrngKey): () => number {
  let words = new Uint32Array(0);
  let block = 0;
  let position = 0;
  return () => {
    if (position === words.length) {
      words = new Uint32Array(Math.min(Math.max(2 * words.length, 2), LONGEST_RUN));
      fillBlocks(key, block, words);
      block += words.length / 2;
      position = 0;
    }
    return words[position++]!;
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
