import { KdError } from 'kd-core';
import { convertChannels } from './channels.ts';
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

/** The number of pixels from which on Pillow suspects a decompression bomb: a quarter of a gigabyte in RGB. */
const largestPixels = 89_478_485;

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
  const { width, height } = header;
  if (width === 0 || height === 0) throw new KdError('PARSE', `${what} is ${width}x${height}: no pixels.`);
  if (width * height > largestPixels) {
    throw new KdError(
      'UNSUPPORTED',
      `${what} has ${width}x${height} pixels, above the ${largestPixels} that are decoded. Scale it down first.`,
    );
  }
  const pixels =
    header.format === 'png' ? decodePng(bytes, header, what) : await decodeJpeg(bytes, header, what);
  if (channels === undefined || channels === pixels.channels) return pixels;
  return { ...pixels, channels, data: convertChannels(pixels.data, pixels.channels, channels) };
}

function readHeader(bytes: Uint8Array, what: string): JpegHeader | PngHeader {
  if (isPng(bytes)) return readPngHeader(bytes, what);
  if (isJpeg(bytes)) return readJpegHeader(bytes, what);
  const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new KdError(
    'PARSE',
    `${what} is no JPEG and no PNG file: it begins with ${found === '' ? 'nothing' : found}.`,
  );
}
