import { requireArgument } from '../errors.ts';
import { wordStream } from './bits.ts';
import { type PrngKey, splitKey } from './key.ts';
import { naturalExponential } from './natural-exponential.ts';
import { naturalLogarithm } from './natural-logarithm.ts';
import { normalQuantile } from './normal-quantile.ts';

/** Beyond it the other share of a beta variable is below what a double can tell from 0. */
const LARGEST_LOGARITHM = 700;

/**
 * A number in [0, 1] from the beta distribution of `alpha` and `beta`, bit-identical on every platform: X / (X + Y) of two gamma
 * variables, in logarithms, so that shapes near 0 give numbers near 0 and 1 instead of 0 / 0.
 * Throws `INVALID_ARGUMENT` unless both are finite and at least 0.001.
 */
export function randomBeta(
  key: PrngKey,
  { alpha, beta }: { readonly alpha: number; readonly beta: number },
): number {
  for (const [name, shape] of Object.entries({ alpha, beta })) {
    requireArgument(
      Number.isFinite(shape) && shape >= 0.001,
      () => `${name} must be a finite number of at least 0.001, got ${shape}.`,
    );
  }
  const [first, second] = splitKey(key);
  const difference = logarithmOfGamma(second, beta) - logarithmOfGamma(first, alpha);
  const bounded = Math.max(-LARGEST_LOGARITHM, Math.min(LARGEST_LOGARITHM, difference));
  return 1 / (1 + naturalExponential(bounded));
}

/**
 * The logarithm of a gamma variable of scale 1 (Marsaglia and Tsang, 2000, "A simple method for generating gamma variables"), by
 * rejection, exact but for the 32 bits of each draw. Of a shape below 1: G(shape + 1) U^(1 / shape).
 */
function logarithmOfGamma(key: PrngKey, shape: number): number {
  const nextWord = wordStream(key);
  const uniform = (): number => (nextWord() + 0.5) / 2 ** 32;
  const raised = shape < 1 ? shape + 1 : shape;
  const d = raised - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normalQuantile(uniform());
    const root = 1 + c * x;
    const logarithm = naturalLogarithm(uniform());
    if (root <= 0) continue;
    const v = root * root * root;
    const logarithmOfV = naturalLogarithm(v);
    if (logarithm >= (x * x) / 2 + d - d * v + d * logarithmOfV) continue;
    const found = naturalLogarithm(d) + logarithmOfV;
    return shape < 1 ? found + naturalLogarithm(uniform()) / shape : found;
  }
}
