import type { PrngKey } from 'kd-core';
import type { ImageShape } from '../dataset.ts';

export interface Image {
  /** Row-major [height, width, channels]. */
  readonly data: Float32Array;
  readonly shape: ImageShape;
}

/**
 * A pure function: the same image and key always give the same result, and the input is left as it is.
 * Every image of one shape must come out in one shape.
 */
export interface Transform {
  (image: Image, key: PrngKey): Image;
  /** What it is, as data of which `buildTransform` makes it again, such as in a worker; absent of a function of one's own. */
  readonly spec?: TransformSpec;
}

/** A transform as data: the name of the function that makes it, and what that was given. */
export interface TransformSpec {
  readonly name: string;
  /** JSON values only. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** `apply` as the transform that the function `name` makes of `options`. */
export function describedTransform(
  spec: TransformSpec,
  apply: (image: Image, key: PrngKey) => Image,
): Transform {
  return Object.assign(apply, { spec });
}
