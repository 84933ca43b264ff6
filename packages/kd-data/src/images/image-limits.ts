import { KdError } from 'kd-core';

/** The number of pixels from which on Pillow suspects a decompression bomb: a quarter of a gigabyte in RGB. */
export const largestPixels = 89_478_485;

/** Throws `PARSE` for an image without pixels, and `UNSUPPORTED` for one of more than are decoded. */
export function requireAllowedSize(
  { width, height }: { readonly width: number; readonly height: number },
  what: string,
): void {
  if (width === 0 || height === 0) throw new KdError('PARSE', `${what} is ${width}x${height}: no pixels.`);
  if (width * height > largestPixels) {
    throw new KdError(
      'UNSUPPORTED',
      `${what} has ${width}x${height} pixels, above the ${largestPixels} that are decoded. Scale it down first.`,
    );
  }
}
