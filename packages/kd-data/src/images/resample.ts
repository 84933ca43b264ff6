import type { ImageShape } from '../dataset.ts';
import { type FilterWeights, filterWeights } from './resize-filter.ts';

/**
 * An image, row-major [height, width, channels], in another size: bilinear with antialiasing, as Pillow's `resize(..., BILINEAR)` and
 * torchvision's `resize`, without rounding. Pillow rounds to whole levels after each of the two passes, so that its results
 * differ by less than one level; `pixelResizer` does the same to decoded images.
 */
export function resample(
  data: Float32Array,
  [height, width, channels]: ImageShape,
  target: { readonly height: number; readonly width: number },
): Float32Array {
  const narrowed =
    width === target.width
      ? data
      : resampleRows(data, { height, width, channels }, filterWeights(width, target.width, 'bilinear'));
  return height === target.height
    ? narrowed
    : resampleColumns(narrowed, target.width * channels, filterWeights(height, target.height, 'bilinear'));
}

function resampleRows(
  data: Float32Array,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
  { first, counts, weights, stride }: FilterWeights,
): Float32Array {
  const narrowed = new Float32Array(height * first.length * channels);
  let at = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < first.length; column++) {
      const start = (row * width + first[column]!) * channels;
      const count = counts[column]!;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let tap = 0; tap < count; tap++) {
          sum += weights[column * stride + tap]! * data[start + tap * channels + channel]!;
        }
        narrowed[at++] = sum;
      }
    }
  }
  return narrowed;
}

function resampleColumns(
  data: Float32Array,
  rowLength: number,
  { first, counts, weights, stride }: FilterWeights,
): Float32Array {
  const resized = new Float32Array(first.length * rowLength);
  for (let row = 0; row < first.length; row++) {
    const at = row * rowLength;
    for (let tap = 0; tap < counts[row]!; tap++) {
      const weight = weights[row * stride + tap]!;
      const source = (first[row]! + tap) * rowLength;
      for (let i = 0; i < rowLength; i++) resized[at + i] = resized[at + i]! + weight * data[source + i]!;
    }
  }
  return resized;
}
