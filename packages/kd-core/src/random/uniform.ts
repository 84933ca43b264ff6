import { requireArgument } from '../errors.ts';
import { HostTensor, sizeOf } from '../trees/host-tensor.ts';
import { wordStream } from './bits.ts';
import type { PrngKey } from './key.ts';

/**
 * float32 values in [min, max), from 24 random bits each.
 * Throws `INVALID_ARGUMENT` unless min < max, both finite, also after rounding to float32.
 */
export function randomUniform(
  key: PrngKey,
  shape: readonly number[],
  options: { readonly min?: number; readonly max?: number } = {},
): HostTensor {
  const min = Math.fround(options.min ?? 0);
  const max = Math.fround(options.max ?? 1);
  requireArgument(
    Number.isFinite(min) && Number.isFinite(max) && min < max,
    () =>
      `min and max must be finite float32 numbers with min < max, got ${options.min ?? 0} and ${options.max ?? 1}.`,
  );
  const next = wordStream(key);
  const largest = floatBelow(max);
  const values = new Float32Array(sizeOf(shape));
  for (let index = 0; index < values.length; index++) {
    const fraction = (next() >>> 8) / 2 ** 24;
    // Rounding to float32 can reach max, which is excluded.
    values[index] = Math.min(min + fraction * (max - min), largest);
  }
  return new HostTensor(values, shape);
}

/** The largest float32 below a float32. */
function floatBelow(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  if (value === 0) {
    view.setInt32(0, 1);
    return -view.getFloat32(0);
  }
  view.setFloat32(0, value);
  view.setInt32(0, view.getInt32(0) + (value > 0 ? -1 : 1));
  return view.getFloat32(0);
}
