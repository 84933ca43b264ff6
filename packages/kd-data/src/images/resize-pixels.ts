import { requireArgument } from 'kd-core';
import { type ImageSize, sidesOf } from '../transforms/image-size.ts';
import type { Pixels } from './pixels.ts';
import { type FilterName, type FilterTaps, filterTaps } from './resize-filter.ts';

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
    return (pixels) => resample(pixels, target, filter);
  }
  const least = Math.max(target.height, target.width);
  requireArgument(
    shorterSide === undefined || (Number.isInteger(shorterSide) && shorterSide >= least),
    () =>
      `shorterSide must be a whole number of at least ${least}, the larger side of the size that is cut out, got ${shorterSide}.`,
  );
  return (pixels) => centerOf(resample(pixels, coveringSides(pixels, target, shorterSide), filter), target);
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
function centerOf(pixels: Pixels, { height, width }: Sides): Pixels {
  if (pixels.height === height && pixels.width === width) return pixels;
  const half = (rest: number): number => (rest % 4 === 3 ? (rest + 1) / 2 : Math.floor(rest / 2));
  const { channels } = pixels;
  const row = width * channels;
  const data = new Uint8Array(height * row);
  const [top, left] = [half(pixels.height - height), half(pixels.width - width)];
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * pixels.width + left) * channels;
    data.set(pixels.data.subarray(start, start + row), y * row);
  }
  return { height, width, channels, data };
}

function resample(pixels: Pixels, { height, width }: Sides, filter: FilterName): Pixels {
  const narrowed =
    width === pixels.width ? pixels : resampleRows(pixels, filterTaps(pixels.width, width, filter));
  return height === narrowed.height
    ? narrowed
    : resampleColumns(narrowed, filterTaps(narrowed.height, height, filter));
}

function resampleRows({ height, width, channels, data }: Pixels, taps: FilterTaps): Pixels {
  const { first, counts, weights, stride, precision } = taps;
  const narrowed = new Uint8ClampedArray(height * first.length * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < first.length; x++) {
      const start = (y * width + first[x]!) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 1 << (precision - 1);
        for (let tap = 0; tap < counts[x]!; tap++) {
          sum += data[start + tap * channels + channel]! * weights[x * stride + tap]!;
        }
        narrowed[at++] = sum >> precision;
      }
    }
  }
  return { height, width: first.length, channels, data: new Uint8Array(narrowed.buffer) };
}

function resampleColumns({ width, channels, data }: Pixels, taps: FilterTaps): Pixels {
  const { first, counts, weights, stride, precision } = taps;
  const row = width * channels;
  const lowered = new Uint8ClampedArray(first.length * row);
  const sums = new Int32Array(row);
  for (let y = 0; y < first.length; y++) {
    sums.fill(1 << (precision - 1));
    for (let tap = 0; tap < counts[y]!; tap++) {
      const weight = weights[y * stride + tap]!;
      const start = (first[y]! + tap) * row;
      for (let i = 0; i < row; i++) sums[i]! += data[start + i]! * weight;
    }
    for (let i = 0; i < row; i++) lowered[y * row + i] = sums[i]! >> precision;
  }
  return { height: first.length, width, channels, data: new Uint8Array(lowered.buffer) };
}
