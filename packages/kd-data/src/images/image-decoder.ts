import type { DecodeImageOptions } from './decode-image.ts';
import type { Pixels } from './pixels.ts';

/**
 * Makes pixels of the bytes of an image file. Every decoder gives pixels as they are stored: rotations and colour profiles that
 * metadata ask for are not applied, transparency is left out and not blended. All throw `PARSE` for a file that is damaged or is
 * none of their formats, and `UNSUPPORTED` for more pixels than are decoded, both with the name of the file.
 */
export interface ImageDecoder {
  /** Stands for it in records of a run, and of those of this package in workers: a decoder of your own needs another name. */
  readonly name: string;
  /** Endings of the names of files that it reads, in lower case, without the dot. */
  readonly extensions: readonly string[];
  decode(bytes: Uint8Array, options?: DecodeImageOptions): Promise<Pixels>;
}

const decoderNames = ['built-in', 'sharp', 'browser'] as const;

/** A decoder of this package, which a worker opens again by its name. */
export type DecoderName = (typeof decoderNames)[number];

export function isDecoderName(name: string): name is DecoderName {
  return (decoderNames as readonly string[]).includes(name);
}
