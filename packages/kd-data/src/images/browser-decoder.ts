import { KdError } from 'kd-core';
import { builtInHeader } from './built-in-header.ts';
import { inChannels, takeChannels } from './channels.ts';
import { type DecodeImageOptions, decodeImage } from './decode-image.ts';
import type { ImageDecoder } from './image-decoder.ts';
import { firstBytes, imageFormat } from './image-format.ts';
import { requireAllowedSize } from './image-limits.ts';
import { withoutExif } from './jpeg/without-exif.ts';
import type { Pixels } from './pixels.ts';

/** What is used of browsers, whose types are not those of Node. */
interface BrowserImages {
  createImageBitmap(image: Blob, options: Readonly<Record<string, string>>): Promise<Bitmap>;
  OffscreenCanvas: new (width: number, height: number) => Canvas;
}

interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}

interface Canvas {
  getContext(kind: '2d', options: { readonly willReadFrequently: true }): CanvasContext | null;
}

interface CanvasContext {
  drawImage(bitmap: Bitmap, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
}

const bitmapOptions = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' } as const;

/**
 * Decodes by the browser (`createImageBitmap`), in pages and workers: WebP, GIF (the first frame) and AVIF files and JPEG files of any
 * colours besides what the built-in decoder reads. PNG files are left to that one, because a canvas loses colours under
 * transparency; it also decodes JPEG files that the browser cannot. What of a damaged JPEG file's pixels is missing or made up browsers
 * do not tell: of those only files without an end are refused, with the errors of the built-in decoder. Throws `UNSUPPORTED` where
 * there is no `createImageBitmap`, such as in Node.
 */
export function browserDecoder(): ImageDecoder {
  const browser = globalThis as unknown as Partial<BrowserImages>;
  if (browser.createImageBitmap === undefined || browser.OffscreenCanvas === undefined) {
    throw new KdError(
      'UNSUPPORTED',
      'browserDecoder needs createImageBitmap and OffscreenCanvas, which browsers have. In Node, take sharpDecoder of kd-data/node, or leave the decoder out.',
    );
  }
  return {
    name: 'browser',
    extensions: ['jpg', 'jpeg', 'png', 'webp', 'gif', 'avif'],
    decode: (bytes, options) => decode(browser as BrowserImages, bytes, options),
  };
}

async function decode(
  browser: BrowserImages,
  bytes: Uint8Array,
  { channels, what = 'The image' }: DecodeImageOptions = {},
): Promise<Pixels> {
  const builtIn = { what, ...(channels !== undefined && { channels }) };
  const format = imageFormat(bytes);
  if (format === undefined || format === 'tiff') {
    throw new KdError(
      'PARSE',
      `${what} is no JPEG, PNG, WebP, GIF or AVIF file: it begins with ${firstBytes(bytes)}.`,
    );
  }
  if (format === 'png' || (format === 'jpeg' && !hasEnd(bytes))) return decodeImage(bytes, builtIn);
  const header = format === 'jpeg' ? builtInHeader(bytes, what) : undefined;
  if (header !== undefined) requireAllowedSize(header, what);
  let bitmap: Bitmap;
  try {
    // No option turns rotations off in all browsers. A view may be of shared memory, which a Blob does not take.
    const plain = format === 'jpeg' ? withoutExif(bytes) : bytes.slice();
    const blob = new Blob([plain as Uint8Array<ArrayBuffer>], { type: `image/${format}` });
    bitmap = await browser.createImageBitmap(blob, bitmapOptions);
  } catch (cause) {
    if (header !== undefined) return decodeImage(bytes, builtIn);
    throw new KdError('PARSE', `${what} is damaged: the browser cannot decode it.`, { cause });
  }
  try {
    requireAllowedSize(bitmap, what);
    const { width, height } = bitmap;
    const context = new browser.OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null)
      throw new KdError('UNSUPPORTED', 'The browser gives no canvas to read pixels from.');
    context.drawImage(bitmap, 0, 0);
    const found = header?.channels ?? 3;
    const { data } = context.getImageData(0, 0, width, height);
    return inChannels(
      { width, height, channels: found, data: takeChannels(data, width * height, 4, found) },
      channels,
    );
  } finally {
    bitmap.close();
  }
}

/** Whether the end marker of a JPEG file comes after its start. */
function hasEnd(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at > 2; at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  }
  return false;
}
