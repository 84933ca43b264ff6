import { between, drawFractions } from './draws.ts';
import { rotationMatrix } from './operations/affine-matrix.ts';
import { type Interpolation, warp } from './operations/warp.ts';
import { requireNumber, requireOneOf, requireProbability } from './require-options.ts';
import { describedTransform, type Transform } from './transform.ts';

export interface RandomRotationOptions {
  /** Turns by up to this many degrees to either side, 0..180. */
  readonly degrees: number;
  /** Default 'nearest', as torchvision. */
  readonly interpolation?: Interpolation;
  /** Value where the image has no pixel, default 0. */
  readonly fill?: number;
}

/** Turns the image around its middle in its own size: torchvision's `RandomRotation` of Pillow images. */
export function randomRotation({
  degrees,
  interpolation = 'nearest',
  fill = 0,
}: RandomRotationOptions): Transform {
  requireNumber('degrees', degrees, { minimum: 0, maximum: 180 });
  requireOneOf('interpolation', interpolation, ['nearest', 'bilinear']);
  requireProbability('fill', fill);
  const options = { degrees, interpolation, fill };
  return describedTransform({ name: 'randomRotation', options }, (image, key) => {
    const angle = between([-degrees, degrees], drawFractions(key, 1)[0]!);
    return warp(image, rotationMatrix(angle, image.shape), options);
  });
}
