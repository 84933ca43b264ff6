import { KdError } from 'kd-core';
import { builtInHeader } from './built-in-header.ts';
import { inChannels, takeChannels } from './channels.ts';
import { type DecodeImageOptions, decodeImage } from './decode-image.ts';
import type { ImageDecoder } from './image-decoder.ts';
import { firstBytes, imageFormat } from './image-format.ts';
import { largestPixels, requireAllowedSize } from './image-limits.ts';
import type { ImageChannels, Pixels } from './pixels.ts';
import { readPngHeader } from './png/read-png-header.ts';

/** What is used of `sharp`, which need not be installed for its types either. */
type Sharp = (bytes: Uint8Array, options: object) => SharpImage;

interface SharpImage {
  metadata(): Promise<{ readonly width: number; readonly height: number }>;
  toColourspace(name: string): SharpImage;
  raw(options: { readonly depth: string }): SharpImage;
  toBuffer(options: { readonly resolveWithObject: true }): Promise<SharpResult>;
}

interface SharpResult {
  readonly data: Uint8Array;
  readonly info: { readonly width: number; readonly height: number; readonly channels: number };
}

const inputOptions = {
  // Any warning: what of them costs no pixels is left to the built-in decoder to say.
  failOn: 'warning',
  limitInputPixels: largestPixels,
  ignoreIcc: true,
} as const;

/**
 * Decodes by the package `sharp` (libvips), which has to be installed beside kd-data, in threads of its own: photos a little faster than the
 * built-in decoder, and several at once without workers; 32x32 images more than ten times slower. Pixels of JPEG files of
 * grey or colours and of PNG files are those of the built-in decoder, bit for bit, and so are its errors. Besides, it reads CMYK
 * JPEG, WebP, GIF (the first frame), TIFF and AVIF; pixels of those are what the installed version of libvips makes of them.
 * Throws `UNSUPPORTED` when `sharp` is not there or cannot run.
 */
export async function sharpDecoder(): Promise<ImageDecoder> {
  const sharp = await loadSharp();
  return {
    name: 'sharp',
    extensions: ['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif'],
    decode: (bytes, options) => decode(sharp, bytes, options),
  };
}

async function loadSharp(): Promise<Sharp> {
  try {
    return (await import('sharp')).default as unknown as Sharp;
  } catch (cause) {
    throw new KdError(
      'UNSUPPORTED',
      "sharpDecoder needs the package 'sharp', which is not installed or cannot run here. Install it (npm install sharp), or leave the decoder out: the built-in one reads JPEG and PNG files.",
      { cause },
    );
  }
}

async function decode(
  sharp: Sharp,
  bytes: Uint8Array,
  { channels, what = 'The image' }: DecodeImageOptions = {},
): Promise<Pixels> {
  const builtIn = { what, ...(channels !== undefined && { channels }) };
  const format = imageFormat(bytes);
  if (format === undefined) {
    throw new KdError(
      'PARSE',
      `${what} is no JPEG, PNG, WebP, GIF, TIFF or AVIF file: it begins with ${firstBytes(bytes)}.`,
    );
  }
  // Of 16 bits libvips takes grey through gamma curves, which the built-in decoder does not.
  if (format === 'png' && readPngHeader(bytes, what).depth === 16) return decodeImage(bytes, builtIn);
  const known = format === 'jpeg' || format === 'png' ? builtInHeader(bytes, what) : undefined;
  try {
    if (known !== undefined) requireAllowedSize(known, what);
    else
      requireAllowedSize(await sharp(bytes, { ...inputOptions, limitInputPixels: false }).metadata(), what);
    const { data, info } = await sharp(bytes, inputOptions)
      // Without it, sharp would convert grey images with few bits or with transparency to three channels.
      .toColourspace(known?.channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const found: ImageChannels = known?.channels ?? (info.channels < 3 ? 1 : 3);
    const { width, height } = info;
    const exact = takeChannels(data, width * height, info.channels, found);
    return inChannels({ width, height, channels: found, data: exact }, channels);
  } catch (cause) {
    if (KdError.isInstance(cause)) throw cause;
    // The same pixels where a warning costs none, and the same error where it does.
    if (known !== undefined) return decodeImage(bytes, builtIn);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KdError('PARSE', `${what} is damaged: ${reason}.`, { cause });
  }
}
