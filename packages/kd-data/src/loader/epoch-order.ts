import { foldIn, type PrngKey, randomPermutation } from 'kd-core';

/**
 * The order of samples as a pure function of the epoch. Only the last epoch asked for is kept: a permutation
 * of a large data set costs more than a batch, and batches of one epoch come together.
 */
export function epochOrder(key: PrngKey, length: number): (epoch: number) => Int32Array {
  let kept: { readonly epoch: number; readonly order: Int32Array } | undefined;
  return (epoch) => {
    if (kept?.epoch !== epoch) kept = { epoch, order: randomPermutation(foldIn(key, epoch), length) };
    return kept.order;
  };
}
