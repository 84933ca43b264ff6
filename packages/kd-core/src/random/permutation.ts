import { requireArgument } from '../errors.ts';
import { wordStream } from './bits.ts';
import { integerBelow } from './integer.ts';
import type { PrngKey } from './key.ts';

/**
 * The numbers 0 .. length - 1 in an order drawn uniformly from all orders (Fisher-Yates).
 * Throws `INVALID_ARGUMENT` unless `length` is an integer in [0, 2^31).
 */
export function randomPermutation(key: PrngKey, length: number): Int32Array {
  requireArgument(
    Number.isInteger(length) && length >= 0 && length < 2 ** 31,
    () => `length must be an integer from 0 to 2^31 - 1, got ${length}.`,
  );
  const next = wordStream(key);
  const order = Int32Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const other = integerBelow(last + 1, next);
    const moved = order[last]!;
    order[last] = order[other]!;
    order[other] = moved;
  }
  return order;
}
