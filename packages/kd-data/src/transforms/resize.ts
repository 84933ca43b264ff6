import { resample } from '../images/resample.ts';
import { type ImageSize, sidesOf } from './image-size.ts';
import { requireWholeNumber } from './require-options.ts';
import { describedTransform, type Image, type Transform } from './transform.ts';

/** Either a size, or the length of the shorter side, which keeps the proportions. */
export type ResizeOptions = { readonly size: ImageSize } | { readonly shorterSide: number };

/**
 * Bilinear with antialiasing, as Pillow and torchvision's `Resize` have it, without rounding to levels. With `shorterSide` the
 * longer one becomes `floor(shorterSide * longer / shorter)`, as `Resize(number)` of torchvision.
 */
export function resize(options: ResizeOptions): Transform {
  if ('size' in options) {
    const sides = sidesOf(options.size);
    return describedTransform({ name: 'resize', options: { size: options.size } }, (image) =>
      resizeTo(image, sides),
    );
  }
  const { shorterSide } = options;
  requireWholeNumber('shorterSide', shorterSide, 1, 'pixels');
  return describedTransform({ name: 'resize', options: { shorterSide } }, (image) => {
    const [height, width] = image.shape;
    const longer = Math.floor((shorterSide * Math.max(height, width)) / Math.min(height, width));
    return resizeTo(
      image,
      height < width ? { height: shorterSide, width: longer } : { height: longer, width: shorterSide },
    );
  });
}

function resizeTo(image: Image, sides: { readonly height: number; readonly width: number }): Image {
  const { height, width } = sides;
  if (image.shape[0] === height && image.shape[1] === width) return image;
  return { data: resample(image.data, image.shape, sides), shape: [height, width, image.shape[2]] };
}
