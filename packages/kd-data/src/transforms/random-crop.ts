import { type PrngKey, randomInteger, splitKey } from 'kd-core';
import { requireWholeNumber } from './require-options.ts';
import { describedTransform, type Transform } from './transform.ts';

/**
 * Pads `padding` pixels of zeros on every side and cuts out the original size at a uniformly random place
 * (K. He et al. 2015, arXiv 1512.03385, section 4.2, with a padding of 4).
 * Zeros are black before `normalize` and the mean colour after it.
 */
export function randomCrop({ padding }: { readonly padding: number }): Transform {
  requireWholeNumber('padding', padding, 0, 'pixels');
  return describedTransform({ name: 'randomCrop', options: { padding } }, ({ data, shape }, key) => {
    const [height, width, channels] = shape;
    const [rowKey, columnKey] = splitKey(key) as [PrngKey, PrngKey];
    const rowShift = randomInteger(rowKey, { min: -padding, max: padding + 1 });
    const columnShift = randomInteger(columnKey, { min: -padding, max: padding + 1 });
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
  });
}

/** The positions of 0..size - 1 that lie inside the image after a shift; none when it is shifted away. */
function overlap(size: number, shift: number): { first: number; end: number } {
  const first = Math.min(size, Math.max(0, -shift));
  return { first, end: Math.max(first, Math.min(size, size - shift)) };
}
