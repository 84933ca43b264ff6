import { requireArgument } from '../errors.ts';
import { HostTensor, sizeOf } from '../trees/host-tensor.ts';
import { wordStream } from './bits.ts';
import type { PrngKey } from './key.ts';
import { normalQuantile } from './normal-quantile.ts';

/**
 * Normally distributed float32 values, bit-identical on every platform. One 32-bit word gives one value, so
 * that no value is further than 6.4 standard deviations from the mean.
 * Throws `INVALID_ARGUMENT` unless both options are finite and the standard deviation is not negative.
 */
export function randomNormal(
  key: PrngKey,
  shape: readonly number[],
  options: { readonly mean?: number; readonly standardDeviation?: number } = {},
): HostTensor {
  const { mean = 0, standardDeviation = 1 } = options;
  requireArgument(Number.isFinite(mean), () => `mean must be finite, got ${mean}.`);
  requireArgument(
    Number.isFinite(standardDeviation) && standardDeviation >= 0,
    () => `standardDeviation must be finite and not negative, got ${standardDeviation}.`,
  );
  const next = wordStream(key);
  const values = new Float32Array(sizeOf(shape));
  for (let index = 0; index < values.length; index++) {
    values[index] = mean + standardDeviation * normalQuantile((next() + 0.5) / 2 ** 32);
  }
  return new HostTensor(values, shape);
}
