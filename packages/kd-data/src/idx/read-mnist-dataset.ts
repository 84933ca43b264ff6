import { datasetEntry } from '../catalog/catalog.ts';
import type { Dataset } from '../dataset.ts';
import { findDataFiles } from '../files/find-data-files.ts';
import { readIdxDataset } from './read-idx-dataset.ts';

export interface ReadMnistDatasetOptions {
  readonly name: 'mnist' | 'fashion-mnist';
  /**
   * It holds `train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte` and so on, raw or with the ending `.gz`. By default where
   * `getDataset` puts it, or else where a package of the operating system does, such as Debian's `dataset-fashion-mnist`.
   */
  readonly folder?: string | undefined;
  readonly part: 'train' | 'test';
}

/**
 * MNIST or Fashion-MNIST from the files of a folder. Throws `STORAGE` for files that are not there or cannot be read, and what
 * `idxDataset` throws.
 */
export async function readMnistDataset({ name, folder, part }: ReadMnistDatasetOptions): Promise<Dataset> {
  const entry = datasetEntry(name);
  const [imagesPath, labelsPath] = findDataFiles({ dataset: name, folder, part });
  return readIdxDataset({
    name: `${name} ${part}`,
    imagesPath: imagesPath!,
    labelsPath: labelsPath!,
    classNames: entry.classNames!,
    attribution: entry.attribution,
  });
}
