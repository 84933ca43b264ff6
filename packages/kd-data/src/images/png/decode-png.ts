import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png';
import { KdError } from 'kd-core';
import { takeChannels } from '../channels.ts';
import type { Pixels } from '../pixels.ts';
import { imageChunks } from './image-chunks.ts';
import type { PngHeader } from './read-png-header.ts';

/**
 * Pixels of a PNG file: palettes resolved, transparency left out, fewer than 8 bits spread over 0..255, of 16 bits the
 * upper eight, as Pillow does. Throws `PARSE` for a damaged file (every chunk has a checksum) and `UNSUPPORTED` for an
 * interlaced one of fewer than 8 bits.
 */
export function decodePng(bytes: Uint8Array, header: PngHeader, what: string): Pixels {
  const { width, height, channels, samples, depth, indexed, interlaced } = header;
  if (interlaced && depth < 8) {
    throw new KdError(
      'UNSUPPORTED',
      `${what} is an interlaced PNG file of ${depth} bits. Save it without interlacing.`,
    );
  }
  let png: DecodedPng;
  let colors: ArrayLike<number>;
  try {
    png = decode(imageChunks(bytes, header), { checkCrc: true });
    colors = indexed ? convertIndexedToRgb(png) : spread(png);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KdError('PARSE', `${what} is damaged: ${reason}.`, { cause });
  }
  // A palette has colours of three samples, or of four when some are transparent.
  const stride = indexed ? (png.palette?.[0]?.length ?? 3) : samples;
  return { width, height, channels, data: takeChannels(colors, width * height, stride, channels) };
}

/** Samples of any depth as 0..255. */
function spread({ data, depth, width, height, channels }: DecodedPng): ArrayLike<number> {
  if (depth === 8) return data;
  if (depth === 16) return data.map((sample) => sample >> 8);
  const perRow = width * channels;
  const rowBytes = Math.ceil((perRow * depth) / 8);
  const highest = 2 ** depth - 1;
  return Uint8Array.from({ length: perRow * height }, (_, index) => {
    const bit = (index % perRow) * depth;
    const byte = data[Math.floor(index / perRow) * rowBytes + (bit >> 3)]!;
    return (((byte >> (8 - depth - (bit & 7))) & highest) * 255) / highest;
  });
}
