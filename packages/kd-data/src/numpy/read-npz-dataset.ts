import { openAsBlob } from 'node:fs';
import type { Dataset } from '../dataset.ts';
import { unreadable } from '../files/read-file-of.ts';
import { type NpzDatasetOptions, npzDataset } from './npz-dataset.ts';

export interface ReadNpzDatasetOptions extends Omit<NpzDatasetOptions, 'source'> {
  /** A `.npz` file. */
  readonly path: string;
}

/** `npzDataset` from a file. Throws `STORAGE` for a file that cannot be read, and what `npzDataset` throws. */
export async function readNpzDataset({ path, ...options }: ReadNpzDatasetOptions): Promise<Dataset> {
  const source = await openAsBlob(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  return npzDataset({ ...options, source });
}
