import type { ByteSource } from 'kd-core';
import type { Dataset } from '../dataset.ts';
import { type NumpyDatasetOptions, numpyDataset } from './numpy-dataset.ts';
import { openNpz } from './open-npz.ts';

export interface NpzDatasetOptions extends NumpyDatasetOptions {
  /** A `.npz` file; in Node, `openAsBlob(path)` of `node:fs` gives one. */
  readonly source: ByteSource;
  /** The name of the array of images, such as `x_train`. */
  readonly images: string;
  /** The name of the array of labels, such as `y_train`. */
  readonly labels: string;
}

/** `numpyDataset` from two arrays of a `.npz` file. Throws what `openNpz`, its `read` and `numpyDataset` throw. */
export async function npzDataset({
  source,
  images,
  labels,
  ...options
}: NpzDatasetOptions): Promise<Dataset> {
  const archive = await openNpz(source, `the .npz file of '${options.name}'`);
  // Labels first: they are small, and tell what is wrong before the images take memory.
  const read = { labels: await archive.read(labels), images: await archive.read(images) };
  return numpyDataset(read, options);
}
