import { KdError, requireArgument } from 'kd-core';
import { cutout } from './cutout.ts';
import { normalize } from './normalize.ts';
import { padCropFlip } from './pad-crop-flip.ts';
import { pipeline } from './pipeline.ts';
import { randomCrop } from './random-crop.ts';
import { randomHorizontalFlip } from './random-horizontal-flip.ts';
import type { Transform, TransformSpec } from './transform.ts';

/** Every function that makes a transform with a spec, by the name in the spec. Each checks its options, whatever their types. */
const makers: Readonly<Record<string, (options: never) => Transform>> = {
  cutout,
  normalize,
  padCropFlip,
  pipeline: ({ transforms }: { readonly transforms: readonly TransformSpec[] }) => {
    requireArgument(
      Array.isArray(transforms),
      () => `transforms must be a list of transform specs, got ${String(transforms)}.`,
    );
    return pipeline(transforms.map(buildTransform));
  },
  randomCrop,
  randomHorizontalFlip,
};

/**
 * The transform of which this is the `spec`: it gives the same image for every image and key.
 * Throws `INVALID_ARGUMENT` for a name that is none, options that are none and options out of range.
 */
export function buildTransform(spec: TransformSpec): Transform {
  requireArgument(
    isRecord(spec) && isRecord(spec.options),
    () => `A transform spec must have a name and an object of options, got ${JSON.stringify(spec)}.`,
  );
  const { name, options } = spec;
  if (!Object.hasOwn(makers, name)) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `There is no transform '${name}'. Transforms are ${Object.keys(makers).join(', ')}.`,
    );
  }
  const transform = makers[name]!(options as never);
  // A spec names every option, those with default values too.
  const known = Object.keys(transform.spec?.options ?? {});
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  requireArgument(
    unknown === undefined,
    () => `Transform '${name}' has no option '${unknown}'. Its options are ${known.join(', ')}.`,
  );
  return transform;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
