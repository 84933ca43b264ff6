import { KdError } from 'kd-core';
import type { ImageShape } from '../../dataset.ts';
import type { Image } from '../transform.ts';

/** 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601) of each pixel of an image in colours; a grey image itself. */
export function luminance({ data, shape }: Image): Float32Array {
  const [height, width, channels] = shape;
  if (channels === 1) return data;
  const grey = new Float32Array(height * width);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
    grey[pixel] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  }
  return grey;
}

/**
 * Throws `SHAPE_MISMATCH` unless the image is grey or has red, green and blue. Before anything is drawn, so that images which will not do are
 * refused with the first and not with an unlucky one.
 */
export function requireGreyOrColors(shape: ImageShape): void {
  if (shape[2] !== 1 && shape[2] !== 3) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `Transforms of colours take images of 1 or 3 channels, but the image has shape [${shape.join(', ')}].`,
    );
  }
}
