import { requireArgument } from '../errors.ts';
import { threefry2x32 } from './threefry.ts';

/** A counter-based PRNG key: two unsigned 32-bit words. Keys are values; using one twice gives the same numbers. */
export type PrngKey = readonly [number, number];

// Separates the counters of `foldIn` and `splitKey` from those of `randomBits`, which count from 0 in the
// second word, so that no derived key repeats a number drawn from its parent.
const splitDomain = 0x73706c74;
const foldDomain = 0x666f6c64;

/** The key of a seed. Throws `INVALID_ARGUMENT` unless `seed` is an integer in [0, 2^53). */
export function prngKey(seed: number): PrngKey {
  requireArgument(
    Number.isSafeInteger(seed) && seed >= 0,
    () => `seed must be an integer from 0 to 2^53 - 1, got ${seed}.`,
  );
  return [Math.floor(seed / 2 ** 32), seed >>> 0];
}

/** `count` independent keys, two unless given. Throws `INVALID_ARGUMENT` unless `count` is a positive integer. */
export function splitKey(key: PrngKey): [PrngKey, PrngKey];
export function splitKey(key: PrngKey, count: number): PrngKey[];
export function splitKey(key: PrngKey, count = 2): PrngKey[] {
  requireArgument(
    Number.isSafeInteger(count) && count > 0,
    () => `count must be a positive integer, got ${count}.`,
  );
  return Array.from({ length: count }, (_, index) => threefry2x32(key, [splitDomain, index]));
}

/**
 * A key for the `data`-th of many things (an epoch, a step, a sample), independent of all others.
 * Throws `INVALID_ARGUMENT` unless `data` is an integer in [0, 2^32).
 */
export function foldIn(key: PrngKey, data: number): PrngKey {
  requireArgument(
    Number.isInteger(data) && data >= 0 && data < 2 ** 32,
    () => `data must be an integer from 0 to 2^32 - 1, got ${data}.`,
  );
  return threefry2x32(key, [foldDomain, data]);
}
