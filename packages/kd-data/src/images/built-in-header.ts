import { KdError } from 'kd-core';
import { readImageHeader } from './decode-image.ts';
import type { ImageHeader } from './pixels.ts';

/**
 * The header of a JPEG or PNG file that the built-in decoder reads; `undefined` for one that only other decoders do, such as CMYK. Throws
 * `PARSE` for a damaged one.
 */
export function builtInHeader(bytes: Uint8Array, what: string): ImageHeader | undefined {
  try {
    return readImageHeader(bytes, what);
  } catch (error) {
    if (KdError.isInstance(error) && error.code === 'UNSUPPORTED') return undefined;
    throw error;
  }
}
