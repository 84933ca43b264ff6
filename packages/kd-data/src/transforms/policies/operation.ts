import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
  invertPixels,
} from '../operations/adjust-colors.ts';
import { rotationMatrix } from '../operations/affine-matrix.ts';
import { autocontrast, equalize, posterize, solarize } from '../operations/byte-operations.ts';
import { type AffineMatrix, type WarpOptions, warp } from '../operations/warp.ts';
import type { Image } from '../transform.ts';

/** An operation of AutoAugment, RandAugment or TrivialAugment. */
export type PolicyOperation =
  | 'identity'
  | 'shearX'
  | 'shearY'
  | 'translateX'
  | 'translateY'
  | 'rotate'
  | 'brightness'
  | 'color'
  | 'contrast'
  | 'sharpness'
  | 'posterize'
  | 'solarize'
  | 'autocontrast'
  | 'equalize'
  | 'invert';

/**
 * An operation as torchvision's policies do it to Pillow images (`_apply_op`). The magnitude is a slope for shears, whole pixels for translations,
 * degrees anticlockwise for `rotate`, what is added to a factor of 1 for the four of colours and sharpness, bits for `posterize`
 * and a level for `solarize`; the others have none.
 */
export function applyOperation(
  image: Image,
  operation: PolicyOperation,
  magnitude: number,
  options: WarpOptions,
): Image {
  const seenThrough = (matrix: AffineMatrix): Image => warp(image, matrix, options);
  switch (operation) {
    case 'identity':
      return image;
    case 'shearX':
      return seenThrough([1, magnitude, 0, 0, 1, 0]);
    case 'shearY':
      return seenThrough([1, 0, 0, magnitude, 1, 0]);
    case 'translateX':
      return seenThrough([1, 0, -Math.trunc(magnitude), 0, 1, 0]);
    case 'translateY':
      return seenThrough([1, 0, 0, 0, 1, -Math.trunc(magnitude)]);
    case 'rotate':
      return seenThrough(rotationMatrix(magnitude, image.shape));
    case 'brightness':
      return adjustBrightness(image, 1 + magnitude);
    case 'color':
      return adjustSaturation(image, 1 + magnitude);
    case 'contrast':
      return adjustContrast(image, 1 + magnitude);
    case 'sharpness':
      return adjustSharpness(image, 1 + magnitude);
    case 'posterize':
      return posterize(image, magnitude);
    case 'solarize':
      return solarize(image, magnitude);
    case 'autocontrast':
      return autocontrast(image);
    case 'equalize':
      return equalize(image);
    case 'invert':
      return invertPixels(image);
  }
}
