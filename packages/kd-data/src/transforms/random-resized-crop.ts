import type { ImageShape } from '../dataset.ts';
import { resample } from '../images/resample.ts';
import { crop } from './crop.ts';
import { type ImageSize, sidesOf } from './image-size.ts';
import { drawRectangle } from './random-rectangle.ts';
import type { Rectangle } from './rectangle.ts';
import { requireRange } from './require-options.ts';
import { describedTransform, type Transform } from './transform.ts';

export interface RandomResizedCropOptions {
  /** What the cut-out part is resized to. */
  readonly size: ImageSize;
  /** Share of the area of the image that is cut out, default [0.08, 1]. */
  readonly scale?: readonly [number, number];
  /** Width over height of what is cut out, drawn by its logarithm, default [3/4, 4/3]. */
  readonly ratio?: readonly [number, number];
}

/**
 * Cuts out a part of random area, proportions and place, and resizes it (bilinear with antialiasing, not rounded to levels): the
 * augmentation of Inception (C. Szegedy et al. 2014, arXiv 1409.4842) as torchvision's `RandomResizedCrop`. When ten draws
 * do not fit into the image it is the largest part in the middle whose proportions are allowed.
 */
export function randomResizedCrop({
  size,
  scale = [0.08, 1],
  ratio = [3 / 4, 4 / 3],
}: RandomResizedCropOptions): Transform {
  const target = sidesOf(size);
  requireRange('scale', scale, { minimum: Number.MIN_VALUE, maximum: 1 });
  requireRange('ratio', ratio, { minimum: Number.MIN_VALUE });
  return describedTransform({ name: 'randomResizedCrop', options: { size, scale, ratio } }, (image, key) => {
    const [height, width] = image.shape;
    const part =
      drawRectangle(image.shape, { scale, ratio, most: { height, width } }, key) ??
      middlePart(image.shape, ratio);
    const cropped = crop(image, part);
    if (part.height === target.height && part.width === target.width) return cropped;
    return {
      data: resample(cropped.data, cropped.shape, target),
      shape: [target.height, target.width, image.shape[2]],
    };
  });
}

/** The largest part in the middle whose proportions are allowed. */
function middlePart([height, width]: ImageShape, ratio: readonly [number, number]): Rectangle {
  const partWidth = Math.min(width, Math.max(1, Math.round(height * ratio[1])));
  const partHeight = Math.min(height, Math.max(1, Math.round(width / ratio[0])));
  return {
    top: Math.floor((height - partHeight) / 2),
    left: Math.floor((width - partWidth) / 2),
    height: partHeight,
    width: partWidth,
  };
}
