import { KdError } from 'kd-core';
import { arrayDataset } from '../array-dataset.ts';
import type { Dataset } from '../dataset.ts';
import type { ImageFileDataset } from './labelled-images.ts';

export interface IntoMemoryOptions {
  /** Is told, after every image, how many are done of how many. */
  readonly onProgress?: (done: number, all: number) => void;
  /** Bytes that the pixels may take. Default 4 GiB. */
  readonly largestBytes?: number;
  /**
   * Whether the pixels are put into shared memory, where workers (`parallelLoader`) read them without a copy of their own beside this one.
   * Needs `SharedArrayBuffer`, which browsers have on isolated pages. Default false.
   */
  readonly shared?: boolean;
}

const defaultLargestBytes = 2 ** 32;
/** Files that are read while another is decoded: enough to hide the time that a read takes to begin. */
const inFlight = 16;

/**
 * All images of a data set decoded into memory, a byte for each channel of each pixel: a data set for many epochs, which
 * gives its samples at once. Throws `INVALID_ARGUMENT` before it reads an image when they are larger than `largestBytes`, and
 * what `ImageFileDataset.pixels` throws.
 */
export async function intoMemory(
  dataset: ImageFileDataset,
  { onProgress, largestBytes = defaultLargestBytes, shared = false }: IntoMemoryOptions = {},
): Promise<Dataset> {
  const { name, length, inputShape, classNames, attribution } = dataset;
  const size = inputShape.reduce((product, dimension) => product * dimension, 1);
  if (length * size > largestBytes) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `The ${length} images of data set '${name}', [${inputShape.join(', ')}] each, take ${length * size} bytes in memory, above the ${largestBytes} that they may take. Read them at a smaller size, take a subset, or give the data set to the loader as it is, which reads images when they are asked for.`,
    );
  }
  const pixels = shared
    ? new Uint8Array(new SharedArrayBuffer(length * size))
    : new Uint8Array(length * size);
  const labels = new Int32Array(length);
  let next = 0;
  let done = 0;
  const read = async (): Promise<void> => {
    while (next < length) {
      const index = next++;
      pixels.set(await dataset.pixels(index), index * size);
      labels[index] = dataset.label(index);
      done += 1;
      onProgress?.(done, length);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(inFlight, length) }, read));
  } finally {
    // After a failure, the others begin no further image.
    next = length;
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
