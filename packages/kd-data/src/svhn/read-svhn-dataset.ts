import { openAsBlob } from 'node:fs';
import type { Dataset } from '../dataset.ts';
import { findDataFiles } from '../files/find-data-files.ts';
import { svhnDataset } from './svhn-dataset.ts';

export interface ReadSvhnDatasetOptions {
  /** It holds `train_32x32.mat`, `test_32x32.mat` or `extra_32x32.mat`. By default where `getDataset` puts it. */
  readonly folder?: string | undefined;
  readonly part: 'train' | 'test' | 'extra';
}

/** `svhnDataset` from a file. Throws `STORAGE` for a file that cannot be read, and what `svhnDataset` throws. */
export async function readSvhnDataset({ folder, part }: ReadSvhnDatasetOptions): Promise<Dataset> {
  const [path] = findDataFiles({ dataset: 'svhn', folder, part });
  return svhnDataset({ name: `svhn ${part}`, source: await openAsBlob(path!) });
}
