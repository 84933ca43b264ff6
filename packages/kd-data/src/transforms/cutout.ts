import { type PrngKey, randomInteger, splitKey } from 'kd-core';
import { requireWholeNumber } from './require-options.ts';
import { describedTransform, type Transform } from './transform.ts';

/**
 * Sets a square of `size` x `size` pixels to zero, whose centre is anywhere in the image: squares at the border are cut off
 * by it (T. DeVries and G. Taylor 2017, arXiv:1708.04552, with a size of 16 for CIFAR-10 and 8 for CIFAR-100).
 * Zeros are black before `normalize` and the mean colour after it, as in the paper.
 */
export function cutout({ size }: { readonly size: number }): Transform {
  requireWholeNumber('size', size, 1, 'pixels');
  return describedTransform({ name: 'cutout', options: { size } }, ({ data, shape }, key) => {
    const [height, width, channels] = shape;
    const [rowKey, columnKey] = splitKey(key) as [PrngKey, PrngKey];
    const rows = span(randomInteger(rowKey, { min: 0, max: height }), size, height);
    const columns = span(randomInteger(columnKey, { min: 0, max: width }), size, width);
    const cut = data.slice();
    for (let row = rows.first; row < rows.end; row++) {
      cut.fill(0, (row * width + columns.first) * channels, (row * width + columns.end) * channels);
    }
    return { data: cut, shape };
  });
}

/** `size` positions around `centre`, as far as they are in 0..length - 1. */
function span(centre: number, size: number, length: number): { first: number; end: number } {
  const first = centre - Math.floor(size / 2);
  return { first: Math.max(0, first), end: Math.min(length, first + size) };
}
