import type { Dataset } from '../dataset.ts';
import { readFileOf } from '../files/read-file-of.ts';
import { idxDataset } from './idx-dataset.ts';

export interface ReadIdxDatasetOptions {
  readonly name: string;
  /** Path of the image file, for example `train-images-idx3-ubyte.gz`. */
  readonly imagesPath: string;
  /** Path of the label file, for example `train-labels-idx1-ubyte.gz`. */
  readonly labelsPath: string;
  readonly classNames: readonly string[];
  readonly attribution?: string;
}

/**
 * `idxDataset` from two files. Throws `STORAGE` for a file that cannot be read, and what `idxDataset` throws.
 */
export async function readIdxDataset(options: ReadIdxDatasetOptions): Promise<Dataset> {
  const { imagesPath, labelsPath, ...rest } = options;
  const [images, labels] = await Promise.all([
    readFileOf(imagesPath, 'imagesPath names it.'),
    readFileOf(labelsPath, 'labelsPath names it.'),
  ]);
  return idxDataset({ ...rest, images, labels });
}
