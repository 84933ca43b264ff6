import { readFile } from 'node:fs/promises';
import { KdError } from 'kd-core';
import type { Dataset } from '../dataset.ts';
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
    readNamed('imagesPath', imagesPath),
    readNamed('labelsPath', labelsPath),
  ]);
  return idxDataset({ ...rest, images, labels });
}

async function readNamed(argument: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw new KdError('STORAGE', `Cannot read '${path}' (${argument}): ${reason}.`, { cause });
  }
}
