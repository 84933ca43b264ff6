import { arrayDataset } from '../array-dataset.ts';
import type { Dataset } from '../dataset.ts';
import type { ImageFileDataset } from './image-file-dataset.ts';

/**
 * All images of a data set decoded into memory, a byte for each channel of each pixel: a data set for many epochs, which
 * gives its samples at once. Throws what `ImageFileDataset.pixels` throws.
 */
export async function intoMemory(dataset: ImageFileDataset): Promise<Dataset> {
  const { name, length, inputShape, classNames, attribution } = dataset;
  const size = inputShape.reduce((product, dimension) => product * dimension, 1);
  const pixels = new Uint8Array(length * size);
  const labels = new Int32Array(length);
  for (let index = 0; index < length; index++) {
    pixels.set(await dataset.pixels(index), index * size);
    labels[index] = dataset.label(index);
  }
  return arrayDataset({
    name,
    pixels,
    labels,
    inputShape,
    classNames,
    ...(attribution !== undefined && { attribution }),
  });
}
