import { requireArgument } from 'kd-core';
import { between, drawFractions } from './draws.ts';
import { affineMatrix } from './operations/affine-matrix.ts';
import { type Interpolation, warp } from './operations/warp.ts';
import { requireNumber, requireOneOf, requireProbability, requireRange } from './require-options.ts';
import { describedTransform, type Transform } from './transform.ts';

export interface RandomAffineOptions {
  /** Turns by up to this many degrees to either side, 0..180, default 0. */
  readonly degrees?: number;
  /** Moves by up to these shares of the width and the height, each 0..1, in whole pixels, default none. */
  readonly translation?: readonly [x: number, y: number];
  /** Enlarges by a factor of this range, default [1, 1]. */
  readonly scale?: readonly [number, number];
  /** Shears by up to these angles in degrees, each 0 to below 90, default none. */
  readonly shear?: readonly [x: number, y: number];
  /** Default 'nearest', as torchvision. */
  readonly interpolation?: Interpolation;
  /** Value where the image has no pixel, default 0. */
  readonly fill?: number;
}

/** Turns, moves, scales and shears the image around its middle: torchvision's `RandomAffine` of Pillow images. */
export function randomAffine({
  degrees = 0,
  translation = [0, 0],
  scale = [1, 1],
  shear = [0, 0],
  interpolation = 'nearest',
  fill = 0,
}: RandomAffineOptions = {}): Transform {
  requireNumber('degrees', degrees, { minimum: 0, maximum: 180 });
  requirePair('translation', translation, 1);
  requireRange('scale', scale, { minimum: Number.MIN_VALUE });
  requirePair('shear', shear, 89);
  requireOneOf('interpolation', interpolation, ['nearest', 'bilinear']);
  requireProbability('fill', fill);
  const options = { degrees, translation, scale, shear, interpolation, fill };
  return describedTransform({ name: 'randomAffine', options }, (image, key) => {
    const [height, width] = image.shape;
    const fractions = drawFractions(key, 6);
    const upTo = (most: number, draw: number): number => between([-most, most], fractions[draw]!);
    const matrix = affineMatrix(
      {
        angle: upTo(degrees, 0),
        translation: [
          Math.round(upTo(translation[0] * width, 1)),
          Math.round(upTo(translation[1] * height, 2)),
        ],
        scale: between(scale, fractions[3]!),
        shear: [upTo(shear[0], 4), upTo(shear[1], 5)],
      },
      image.shape,
    );
    return warp(image, matrix, options);
  });
}

function requirePair(name: string, pair: readonly [number, number], maximum: number): void {
  requireArgument(
    Array.isArray(pair) && pair.length === 2,
    () => `${name} must be two numbers, for x and y, got ${JSON.stringify(pair)}.`,
  );
  for (const value of pair) requireNumber(`Each number of ${name}`, value, { minimum: 0, maximum });
}
