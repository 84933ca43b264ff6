import type { Rectangle } from './rectangle.ts';
import type { Image } from './transform.ts';

/** A part of an image, which lies inside of it. */
export function crop({ data, shape }: Image, part: Rectangle): Image {
  const [, width, channels] = shape;
  const rowLength = part.width * channels;
  const cropped = new Float32Array(part.height * rowLength);
  for (let row = 0; row < part.height; row++) {
    const source = ((part.top + row) * width + part.left) * channels;
    cropped.set(data.subarray(source, source + rowLength), row * rowLength);
  }
  return { data: cropped, shape: [part.height, part.width, channels] };
}
