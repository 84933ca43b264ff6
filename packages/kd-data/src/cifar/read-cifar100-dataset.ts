import type { Dataset } from '../dataset.ts';
import { cifar100Form } from './cifar100-dataset.ts';
import { readCifarFiles } from './read-cifar-files.ts';

export interface ReadCifar100DatasetOptions {
  /**
   * What `cifar-100-binary.tar.gz` or `cifar-100-python.tar.gz` unpacks to: it holds `train.bin` and `test.bin`, or `train` and
   * `test`. The folder above it will do as well. By default where
   * `getDataset` puts it.
   */
  readonly folder?: string | undefined;
  readonly part: 'train' | 'test';
}

/** `cifar100Dataset` from a file. Throws `STORAGE` for a file that cannot be read, and what `cifar100Dataset` throws. */
export async function readCifar100Dataset(options: ReadCifar100DatasetOptions): Promise<Dataset> {
  return readCifarFiles(cifar100Form, 'cifar100', options);
}
