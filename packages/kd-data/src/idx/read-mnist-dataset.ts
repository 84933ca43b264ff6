import { KdError } from 'kd-core';
import { datasetEntry } from '../catalog/catalog.ts';
import type { DatasetEntry } from '../catalog/dataset-entry.ts';
import type { Dataset } from '../dataset.ts';
import { findDataFiles } from '../files/find-data-files.ts';
import { readIdxDataset } from './read-idx-dataset.ts';

export interface ReadMnistDatasetOptions {
  readonly name: 'mnist' | 'fashion-mnist';
  /**
   * It holds `train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte` and so on, raw or with the ending `.gz`. By default the folder
   * in which a package of the operating system has put them, such as Debian's `dataset-fashion-mnist`.
   */
  readonly folder?: string;
  readonly part: 'train' | 'test';
}

/**
 * MNIST or Fashion-MNIST from the files of a folder. Throws `STORAGE` for files that are not there or cannot be read, and what
 * `idxDataset` throws.
 */
export async function readMnistDataset({ name, folder, part }: ReadMnistDatasetOptions): Promise<Dataset> {
  const entry = datasetEntry(name);
  const [imagesPath, labelsPath] = await findFiles(entry, folder, part);
  return readIdxDataset({
    name: `${name} ${part}`,
    imagesPath: imagesPath!,
    labelsPath: labelsPath!,
    classNames: entry.classNames!,
    attribution: entry.attribution,
  });
}

async function findFiles(
  entry: DatasetEntry,
  folder: string | undefined,
  part: 'train' | 'test',
): Promise<readonly string[]> {
  const beginning = part === 'train' ? 'train-' : 't10k-';
  const packed = entry.forms[0]!.files.filter((file) => file.startsWith(beginning));
  const forms = [{ names: packed }, { names: packed.map((file) => file.replace(/\.gz$/, '')) }];
  if (folder !== undefined) return findDataFiles(entry, folder, forms);
  const installed = entry.forms[0]!.installed?.map((each) => each.folder) ?? [];
  for (const place of installed) {
    try {
      return await findDataFiles(entry, place, forms);
    } catch (error) {
      if (!KdError.isInstance(error)) throw error;
    }
  }
  const looked = installed.length === 0 ? '' : ` It is not in ${installed.join(' or ')}.`;
  throw new KdError(
    'STORAGE',
    `Say the folder of ${entry.title}, which holds ${packed.join(', ')}.${looked}`,
  );
}
