import { requireArgument } from 'kd-core';
import { type ImageSize, sidesOf } from '../transforms/image-size.ts';
import type { Pixels } from './pixels.ts';
import { type FilterName, type FilterTaps, filterTaps, type Range } from './resize-filter.ts';

export interface ResizePixelsOptions {
  /** Of the result: one number for a square, or [height, width]. */
  readonly size: ImageSize;
  /**
   * `cover` keeps the proportions and cuts out the middle; `stretch` takes all of the image and changes its proportions.
   * Default `cover`.
   */
  readonly fit?: 'cover' | 'stretch';
  /**
   * With `cover`: what the shorter side of the image is resized to before the middle is cut out, such as 256 for a size of 224.
   * By default as little as covers the size.
   */
  readonly shorterSide?: number;
  /** Default `bilinear`. Both are antialiased. */
  readonly filter?: FilterName;
}

/** Resizes images as it was told once. */
export type PixelResizer = (pixels: Pixels) => Pixels;

/**
 * Resizes images to one size, bit for bit as Pillow's `resize` (fixed point, rounded to levels after each of two passes), with the
 * geometry of torchvision: `{ size: 224, shorterSide: 256 }` is `Resize(256)` and `CenterCrop(224)`, `{ fit: 'stretch' }` is
 * `Resize([height, width])`. Throws `INVALID_ARGUMENT` for options out of range.
 */
export function pixelResizer({
  size,
  fit = 'cover',
  shorterSide,
  filter = 'bilinear',
}: ResizePixelsOptions): PixelResizer {
  const target = sidesOf(size);
  requireArgument(
    fit === 'cover' || fit === 'stretch',
    () => `fit must be 'cover' or 'stretch', got '${fit}'.`,
  );
  requireArgument(
    filter === 'bilinear' || filter === 'bicubic',
    () => `filter must be 'bilinear' or 'bicubic', got '${filter}'.`,
  );
  if (fit === 'stretch') {
    requireArgument(
      shorterSide === undefined,
      () => "shorterSide is for fit 'cover': with 'stretch' an image gets exactly the size. Leave it out.",
    );
    return (pixels) => resample(pixels, target, target, filter);
  }
  const least = Math.max(target.height, target.width);
  requireArgument(
    shorterSide === undefined || (Number.isInteger(shorterSide) && shorterSide >= least),
    () =>
      `shorterSide must be a whole number of at least ${least}, the larger side of the size that is cut out, got ${shorterSide}.`,
  );
  return (pixels) => resample(pixels, coveringSides(pixels, target, shorterSide), target, filter);
}

interface Sides {
  readonly height: number;
  readonly width: number;
}

/** The sides of the whole image once it is large enough; the longer one rounded down, as torchvision's `Resize`. */
function coveringSides({ height, width }: Sides, target: Sides, shorterSide: number | undefined): Sides {
  const byHeight = (to: number): Sides => ({
    height: to,
    width: Math.max(target.width, Math.floor((to * width) / height)),
  });
  const byWidth = (to: number): Sides => ({
    height: Math.max(target.height, Math.floor((to * height) / width)),
    width: to,
  });
  if (shorterSide !== undefined) return height < width ? byHeight(shorterSide) : byWidth(shorterSide);
  return target.height * width > target.width * height ? byHeight(target.height) : byWidth(target.width);
}

/** The middle; off by half a pixel, the even position, as Python rounds. */
function middle(length: number, count: number): Range {
  const rest = length - count;
  return { begin: rest % 4 === 3 ? (rest + 1) / 2 : Math.floor(rest / 2), count };
}

/** The middle of `pixels` once it has the size `whole`; nothing else of it is computed. */
function resample(pixels: Pixels, whole: Sides, target: Sides, filter: FilterName): Pixels {
  const rows = middle(whole.height, target.height);
  const columns = middle(whole.width, target.width);
  const vertical =
    whole.height === pixels.height ? undefined : filterTaps([pixels.height, whole.height], filter, rows);
  const sources = vertical === undefined ? rows : sourcesOf(vertical);
  const wanted = rowsOf(pixels, sources);
  const narrowed =
    whole.width === pixels.width
      ? columnsOf(wanted, columns)
      : resampleRows(wanted, filterTaps([pixels.width, whole.width], filter, columns));
  return vertical === undefined ? narrowed : resampleColumns(narrowed, vertical, sources.begin);
}

/** All source positions that make up the target. */
function sourcesOf({ first, counts }: FilterTaps): Range {
  const begin = first[0]!;
  return { begin, count: first.at(-1)! + counts.at(-1)! - begin };
}

/** Shares memory with `pixels`. */
function rowsOf(pixels: Pixels, { begin, count }: Range): Pixels {
  if (begin === 0 && count === pixels.height) return pixels;
  const row = pixels.width * pixels.channels;
  return { ...pixels, height: count, data: pixels.data.subarray(begin * row, (begin + count) * row) };
}

function columnsOf(pixels: Pixels, { begin, count }: Range): Pixels {
  if (begin === 0 && count === pixels.width) return pixels;
  const { height, width, channels } = pixels;
  const row = count * channels;
  const data = new Uint8Array(height * row);
  for (let y = 0; y < height; y++) {
    const start = (y * width + begin) * channels;
    data.set(pixels.data.subarray(start, start + row), y * row);
  }
  return { height, width: count, channels, data };
}

function resampleRows({ height, width, channels, data }: Pixels, taps: FilterTaps): Pixels {
  const { first, counts, weights, stride, precision } = taps;
  const half = 1 << (precision - 1);
  const narrowed = new Uint8ClampedArray(height * first.length * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < first.length; x++) {
      let source = (y * width + first[x]!) * channels;
      const begin = x * stride;
      const end = begin + counts[x]!;
      let red = half;
      if (channels === 1) {
        for (let tap = begin; tap < end; tap++) red += data[source++]! * weights[tap]!;
        narrowed[at++] = red >> precision;
        continue;
      }
      let green = half;
      let blue = half;
      for (let tap = begin; tap < end; tap++) {
        const weight = weights[tap]!;
        red += data[source]! * weight;
        green += data[source + 1]! * weight;
        blue += data[source + 2]! * weight;
        source += 3;
      }
      narrowed[at] = red >> precision;
      narrowed[at + 1] = green >> precision;
      narrowed[at + 2] = blue >> precision;
      at += 3;
    }
  }
  return { height, width: first.length, channels, data: new Uint8Array(narrowed.buffer) };
}

/** `begin` is the source position of the first row of `pixels`. */
function resampleColumns({ width, channels, data }: Pixels, taps: FilterTaps, begin: number): Pixels {
  const { first, counts, weights, stride, precision } = taps;
  const row = width * channels;
  const lowered = new Uint8ClampedArray(first.length * row);
  const sums = new Int32Array(row);
  for (let y = 0; y < first.length; y++) {
    sums.fill(1 << (precision - 1));
    for (let tap = 0; tap < counts[y]!; tap++) {
      const weight = weights[y * stride + tap]!;
      const start = (first[y]! - begin + tap) * row;
      for (let i = 0; i < row; i++) sums[i] = sums[i]! + data[start + i]! * weight;
    }
    for (let i = 0; i < row; i++) lowered[y * row + i] = sums[i]! >> precision;
  }
  return { height: first.length, width, channels, data: new Uint8Array(lowered.buffer) };
}
