import type { ImageShape } from '../../dataset.ts';
import type { PolicyOperation } from './operation.ts';

/** How strong each operation is at most. */
export interface MagnitudeSpace {
  readonly shear: number;
  /** In pixels, for a length in pixels. */
  readonly translation: (length: number) => number;
  /** In degrees. */
  readonly rotation: number;
  /** What is added to a factor of 1, or taken from it. */
  readonly factor: number;
  /** Bits that are lost of 8. */
  readonly lostBits: number;
}

/** Of AutoAugment and RandAugment: pixels of translation in proportion to the 150 of 331 in the first paper. */
export const narrowSpace: MagnitudeSpace = {
  shear: 0.3,
  translation: (length) => (150 / 331) * length,
  rotation: 30,
  factor: 0.9,
  lostBits: 4,
};

/** Of TrivialAugment (wide). */
export const wideSpace: MagnitudeSpace = {
  shear: 0.99,
  translation: () => 32,
  rotation: 135,
  factor: 0.99,
  lostBits: 6,
};

/**
 * The magnitude of an operation at a step of `steps`, the strongest, for images of a shape. `sign` (1 or -1) turns those that have
 * two directions.
 */
export function magnitudeOf(
  operation: PolicyOperation,
  { step, steps }: { readonly step: number; readonly steps: number },
  sign: number,
  space: MagnitudeSpace,
  [height, width]: ImageShape,
): number {
  const upTo = (most: number): number => (most * step) / steps;
  switch (operation) {
    case 'shearX':
    case 'shearY':
      return sign * upTo(space.shear);
    case 'translateX':
      return sign * upTo(space.translation(width));
    case 'translateY':
      return sign * upTo(space.translation(height));
    case 'rotate':
      return sign * upTo(space.rotation);
    case 'brightness':
    case 'color':
    case 'contrast':
    case 'sharpness':
      return sign * upTo(space.factor);
    case 'posterize':
      return 8 - Math.round(upTo(space.lostBits));
    case 'solarize':
      return 255 - upTo(255);
    default:
      return 0;
  }
}
