import { KdError, requireArgument } from 'kd-core';
import type { ImageShape } from '../dataset.ts';

/** One number for a square, or [height, width]. */
export type ImageSize = number | readonly [height: number, width: number];

/** Throws `INVALID_ARGUMENT` unless both sides are whole numbers of pixels. */
export function sidesOf(size: ImageSize): { readonly height: number; readonly width: number } {
  const sides = typeof size === 'number' ? [size, size] : size;
  requireArgument(
    Array.isArray(sides) && sides.length === 2 && sides.every((side) => Number.isInteger(side) && side >= 1),
    () => `size must be a whole number of pixels, 1 or more, or two of them, got ${JSON.stringify(size)}.`,
  );
  return { height: sides[0]!, width: sides[1]! };
}

/** Throws `SHAPE_MISMATCH` for an image that is smaller than what is cut out of it. */
export function requireAtLeast(
  shape: ImageShape,
  { height, width }: { readonly height: number; readonly width: number },
  what: string,
): void {
  if (shape[0] < height || shape[1] < width) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `${what} needs an image of at least ${height}x${width} pixels, but the image has shape [${shape.join(', ')}].`,
    );
  }
}
