import { crop } from './crop.ts';
import { type ImageSize, requireAtLeast, sidesOf } from './image-size.ts';
import { describedTransform, type Transform } from './transform.ts';

/**
 * The middle of the image; where it is off by half a pixel, to the even position, as torchvision's `CenterCrop`.
 * An image smaller than `size` throws `SHAPE_MISMATCH` (torchvision pads it with black).
 */
export function centerCrop({ size }: { readonly size: ImageSize }): Transform {
  const { height, width } = sidesOf(size);
  return describedTransform({ name: 'centerCrop', options: { size } }, (image) => {
    requireAtLeast(image.shape, { height, width }, 'centerCrop');
    const top = halfOf(image.shape[0] - height);
    const left = halfOf(image.shape[1] - width);
    return crop(image, { top, left, height, width });
  });
}

/** Half of a whole number, rounded to even. */
function halfOf(value: number): number {
  const lower = Math.floor(value / 2);
  return value % 2 === 1 && lower % 2 === 1 ? lower + 1 : lower;
}
