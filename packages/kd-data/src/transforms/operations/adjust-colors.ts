import type { Image } from '../transform.ts';
import { luminance } from './luminance.ts';

// Each goes from a plainer image (factor 0) through the image itself (1) beyond it, cut off at 0 and 1, as Pillow's ImageEnhance and
// torchvision's `adjust_*`. Pillow rounds to whole levels, and the mean grey of `adjustContrast` before it mixes with it.

/** From black. */
export function adjustBrightness({ data, shape }: Image, factor: number): Image {
  const adjusted = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) adjusted[i] = clamp(data[i]! * factor);
  return { data: adjusted, shape };
}

/** From the mean grey of the image. */
export function adjustContrast(image: Image, factor: number): Image {
  const { data, shape } = image;
  const grey = luminance(image);
  let sum = 0;
  for (let i = 0; i < grey.length; i++) sum += grey[i]!;
  const plain = (sum / grey.length) * (1 - factor);
  const adjusted = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) adjusted[i] = clamp(plain + data[i]! * factor);
  return { data: adjusted, shape };
}

/** From the grey image. A grey image stays as it is. */
export function adjustSaturation(image: Image, factor: number): Image {
  const { data, shape } = image;
  if (shape[2] === 1) return image;
  const grey = luminance(image);
  const adjusted = new Float32Array(data.length);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
    const plain = grey[pixel]! * (1 - factor);
    adjusted[at] = clamp(plain + data[at]! * factor);
    adjusted[at + 1] = clamp(plain + data[at + 1]! * factor);
    adjusted[at + 2] = clamp(plain + data[at + 2]! * factor);
  }
  return { data: adjusted, shape };
}

/**
 * From the image smoothed by a 3x3 kernel (5 in the middle, 1 around, over 13); the outermost pixels have no smoothed form and
 * stay as they are.
 */
export function adjustSharpness({ data, shape }: Image, factor: number): Image {
  const [height, width, channels] = shape;
  const adjusted = data.slice();
  const rowLength = width * channels;
  for (let row = 1; row < height - 1; row++) {
    const end = (row + 1) * rowLength - channels;
    for (let at = row * rowLength + channels; at < end; at++) {
      const above = at - rowLength;
      const below = at + rowLength;
      const around =
        data[above - channels]! +
        data[above]! +
        data[above + channels]! +
        data[at - channels]! +
        data[at + channels]! +
        data[below - channels]! +
        data[below]! +
        data[below + channels]!;
      const smooth = (around + 5 * data[at]!) / 13;
      adjusted[at] = clamp(smooth + (data[at]! - smooth) * factor);
    }
  }
  return { data: adjusted, shape };
}

/** 1 - pixel. */
export function invertPixels({ data, shape }: Image): Image {
  const inverted = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) inverted[i] = 1 - data[i]!;
  return { data: inverted, shape };
}

function clamp(value: number): number {
  return Math.max(0, Math.min(1, value));
}
