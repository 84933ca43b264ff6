import { foldIn, type PrngKey } from 'kd-core';
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
export type Transform = (image: Image, key: PrngKey) => Image;

/** Transforms in order as one; each draws from its own key, derived from the key and its position. */
export function compose(transforms: readonly Transform[]): Transform {
  return (image, key) =>
    transforms.reduce((current, transform, position) => transform(current, foldIn(key, position)), image);
}
