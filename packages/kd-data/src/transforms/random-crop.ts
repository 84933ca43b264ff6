import { type PrngKey, randomInteger, splitKey } from 'kd-core';
import { requireAtLeast } from './image-size.ts';
import { reflected } from './reflected.ts';
import { requireOneOf, requireWholeNumber } from './require-options.ts';
import { describedTransform, type Image, type Transform } from './transform.ts';

export interface RandomCropOptions {
  /** Pixels that are added on every side, 0 or more. */
  readonly padding: number;
  /** What they show: 'zeros' (default), or the image 'reflect'ed, its border not repeated, which must be larger than the padding. */
  readonly paddingMode?: 'zeros' | 'reflect';
}

/**
 * Pads `padding` pixels on every side and cuts out the original size at a uniformly random place
 * (K. He et al. 2015, arXiv 1512.03385, section 4.2, with a padding of 4 zeros).
 * Zeros are black before `normalize` and the mean colour after it.
 */
export function randomCrop({ padding, paddingMode = 'zeros' }: RandomCropOptions): Transform {
  requireWholeNumber('padding', padding, 0, 'pixels');
  requireOneOf('paddingMode', paddingMode, ['zeros', 'reflect']);
  return describedTransform({ name: 'randomCrop', options: { padding, paddingMode } }, (image, key) => {
    if (paddingMode === 'reflect' && padding > 0) {
      const least = { height: padding + 1, width: padding + 1 };
      requireAtLeast(image.shape, least, `randomCrop with ${padding} reflected pixels`);
    }
    const [rowKey, columnKey] = splitKey(key) as [PrngKey, PrngKey];
    const rowShift = randomInteger(rowKey, { min: -padding, max: padding + 1 });
    const columnShift = randomInteger(columnKey, { min: -padding, max: padding + 1 });
    return paddingMode === 'zeros'
      ? shiftWithZeros(image, rowShift, columnShift)
      : shiftReflected(image, rowShift, columnShift);
  });
}

function shiftWithZeros({ data, shape }: Image, rowShift: number, columnShift: number): Image {
  const [height, width, channels] = shape;
  const rows = overlap(height, rowShift);
  const columns = overlap(width, columnShift);
  const cropped = new Float32Array(data.length);
  for (let row = rows.first; row < rows.end; row++) {
    const source = (row + rowShift) * width + columnShift;
    cropped.set(
      data.subarray((source + columns.first) * channels, (source + columns.end) * channels),
      (row * width + columns.first) * channels,
    );
  }
  return { data: cropped, shape };
}

/** The positions of 0..size - 1 that lie inside the image after a shift; none when it is shifted away. */
function overlap(size: number, shift: number): { first: number; end: number } {
  const first = Math.min(size, Math.max(0, -shift));
  return { first, end: Math.max(first, Math.min(size, size - shift)) };
}

function shiftReflected({ data, shape }: Image, rowShift: number, columnShift: number): Image {
  const [height, width, channels] = shape;
  const cropped = new Float32Array(data.length);
  let at = 0;
  for (let row = 0; row < height; row++) {
    const source = reflected(row + rowShift, height) * width;
    for (let column = 0; column < width; column++) {
      const pixel = (source + reflected(column + columnShift, width)) * channels;
      for (let channel = 0; channel < channels; channel++) cropped[at++] = data[pixel + channel]!;
    }
  }
  return { data: cropped, shape };
}
