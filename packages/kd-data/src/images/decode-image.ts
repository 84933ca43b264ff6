import { KdError } from 'kd-core';
import { inChannels } from './channels.ts';
import { firstBytes } from './image-format.ts';
import { requireAllowedSize } from './image-limits.ts';
import { decodeJpeg } from './jpeg/decode-jpeg.ts';
import { isJpeg, type JpegHeader, readJpegHeader } from './jpeg/read-jpeg-header.ts';
import type { ImageChannels, ImageHeader, Pixels } from './pixels.ts';
import { decodePng } from './png/decode-png.ts';
import { isPng, type PngHeader, readPngHeader } from './png/read-png-header.ts';

export interface DecodeImageOptions {
  /** Channels to give the image in; those of the file unless given. */
  readonly channels?: ImageChannels;
  /** Names the image in messages. */
  readonly what?: string;
}

/** What the head of a JPEG or PNG file says. Throws `PARSE` for other bytes and `UNSUPPORTED` for unusual ones. */
export function readImageHeader(bytes: Uint8Array, what = 'The image'): ImageHeader {
  const { format, width, height, channels } = readHeader(bytes, what);
  return { format, width, height, channels };
}

/**
 * Decodes a JPEG or PNG file. JPEG pixels are those of libjpeg-turbo, as Pillow and torchvision give them, bit for bit.
 * Throws `PARSE` for a damaged file, and `UNSUPPORTED` for CMYK or more than 89,478,485 pixels; nothing is
 * allocated for an image before its size is known to be allowed.
 */
export async function decodeImage(
  bytes: Uint8Array,
  { channels, what = 'The image' }: DecodeImageOptions = {},
): Promise<Pixels> {
  const header = readHeader(bytes, what);
  requireAllowedSize(header, what);
  const pixels =
    header.format === 'png' ? decodePng(bytes, header, what) : await decodeJpeg(bytes, header, what);
  return inChannels(pixels, channels);
}

function readHeader(bytes: Uint8Array, what: string): JpegHeader | PngHeader {
  if (isPng(bytes)) return readPngHeader(bytes, what);
  if (isJpeg(bytes)) return readJpegHeader(bytes, what);
  throw new KdError('PARSE', `${what} is no JPEG and no PNG file: it begins with ${firstBytes(bytes)}.`);
}
