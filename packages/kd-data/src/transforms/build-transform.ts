import { requireArgument } from 'kd-core';
import { autocontrast } from './autocontrast.ts';
import { buildFromSpec } from './build-from-spec.ts';
import { centerCrop } from './center-crop.ts';
import { colorJitter } from './color-jitter.ts';
import { cutout } from './cutout.ts';
import { equalize } from './equalize.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { grayscale } from './grayscale.ts';
import { invert } from './invert.ts';
import { normalize } from './normalize.ts';
import { padCropFlip } from './pad-crop-flip.ts';
import { pipeline } from './pipeline.ts';
import { autoAugment } from './policies/auto-augment.ts';
import { randAugment } from './policies/rand-augment.ts';
import { trivialAugment } from './policies/trivial-augment.ts';
import { posterize } from './posterize.ts';
import { randomAffine } from './random-affine.ts';
import { randomCrop } from './random-crop.ts';
import { randomErasing } from './random-erasing.ts';
import { randomHorizontalFlip } from './random-horizontal-flip.ts';
import { randomResizedCrop } from './random-resized-crop.ts';
import { randomRotation } from './random-rotation.ts';
import { randomVerticalFlip } from './random-vertical-flip.ts';
import { resize } from './resize.ts';
import { sharpness } from './sharpness.ts';
import { solarize } from './solarize.ts';
import type { Transform, TransformSpec } from './transform.ts';

/** Every function that makes a transform with a spec, by the name in the spec. */
const makers: Readonly<Record<string, (options: never) => Transform>> = {
  autoAugment,
  autocontrast,
  centerCrop,
  colorJitter,
  cutout,
  equalize,
  gaussianBlur,
  grayscale,
  invert,
  normalize,
  padCropFlip,
  pipeline: ({ transforms }: { readonly transforms: readonly TransformSpec[] }) => {
    requireArgument(
      Array.isArray(transforms),
      () => `transforms must be a list of transform specs, got ${String(transforms)}.`,
    );
    return pipeline(transforms.map(buildTransform));
  },
  posterize,
  randAugment,
  randomAffine,
  randomCrop,
  randomErasing,
  randomHorizontalFlip,
  randomResizedCrop,
  randomRotation,
  randomVerticalFlip,
  resize,
  sharpness,
  solarize,
  trivialAugment,
};

/**
 * The transform of which this is the `spec`: it gives the same image for every image and key.
 * Throws `INVALID_ARGUMENT` for a name that is none, options that are none and options out of range.
 */
export function buildTransform(spec: TransformSpec): Transform {
  return buildFromSpec('transform', makers, spec);
}
