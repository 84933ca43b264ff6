import { add, exp, mul, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * p (ln p - ln q) - p + q of each entry. Where the entries of p, and those of q, are all of a distribution, the sum is
 * KL(p || q): what is added and taken away cancels. It is here because the sum of p (ln p - ln q) alone is off by as much as both
 * logarithms are rounded, which at a high temperature is not small beside the divergence. 0 ln 0 is 0.
 */
export function relativeEntropyTerms<T extends Tensor>(logP: T, logQ: T): T {
  const p = exp(logP);
  return add(mul(p, sub(logP, logQ)), sub(exp(logQ), p));
}
