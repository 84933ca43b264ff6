import { KdError, requireArgument } from 'kd-core';
import type { AsyncDataset, Dataset } from './dataset.ts';

/** The pixels of a sample, checked by `checkImage`. */
export function readImage(dataset: Dataset, index: number): Float32Array {
  return checkImage(dataset, index, dataset.image(index));
}

/**
 * `image`, which a data set gave for the sample `index`. Throws `SHAPE_MISMATCH` for a wrong number of pixels and
 * `INVALID_ARGUMENT` for a pixel that is not in 0..1 (NaN included); both name the sample.
 */
export function checkImage(
  dataset: Dataset | AsyncDataset,
  index: number,
  image: Float32Array,
): Float32Array {
  const [height, width, channels] = dataset.inputShape;
  if (image.length !== height * width * channels) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `Sample ${index} of data set '${dataset.name}' must have ${height}x${width}x${channels} = ${height * width * channels} pixels, but has ${image.length}.`,
    );
  }
  for (let i = 0; i < image.length; i++) {
    const value = image[i]!;
    if (!(value >= 0 && value <= 1)) {
      throw new KdError(
        'INVALID_ARGUMENT',
        `Pixel ${i} of sample ${index} of data set '${dataset.name}' is ${value}, but pixels must be in 0..1. Divide them by their maximum, and leave means and deviations to normalize().`,
      );
    }
  }
  return image;
}

/** The class of a sample. Throws `INVALID_ARGUMENT` with the sample unless it is an integer of 0..classes - 1. */
export function readLabel(dataset: Dataset | AsyncDataset, index: number): number {
  const label = dataset.label(index);
  requireArgument(
    Number.isInteger(label) && label >= 0 && label < dataset.classes,
    () =>
      `Sample ${index} of data set '${dataset.name}' has label ${label}, but labels must be integers 0..${dataset.classes - 1}.`,
  );
  return label;
}
