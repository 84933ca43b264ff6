import { requireArgument } from '../errors.ts';
import { wordStream } from './bits.ts';
import type { PrngKey } from './key.ts';

/**
 * An integer in [min, max), each equally likely.
 * Throws `INVALID_ARGUMENT` unless both are safe integers and 0 < max - min <= 2^32.
 */
export function randomInteger(key: PrngKey, range: { readonly min: number; readonly max: number }): number {
  const { min, max } = range;
  requireArgument(
    Number.isSafeInteger(min) && Number.isSafeInteger(max) && min < max && max - min <= 2 ** 32,
    () => `min and max must be integers with min < max, at most 2^32 apart, got ${min} and ${max}.`,
  );
  return min + integerBelow(max - min, wordStream(key));
}

/** Rejects the words above the last multiple of `limit`, which would favour small results. */
export function integerBelow(limit: number, nextWord: () => number): number {
  const accepted = 2 ** 32 - (2 ** 32 % limit);
  let word = nextWord();
  while (word >= accepted) word = nextWord();
  return word % limit;
}
