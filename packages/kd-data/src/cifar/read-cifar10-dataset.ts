import type { Dataset } from '../dataset.ts';
import { cifar10Form } from './cifar10-dataset.ts';
import { readCifarFiles } from './read-cifar-files.ts';

export interface ReadCifar10DatasetOptions {
  /**
   * What `cifar-10-binary.tar.gz` or `cifar-10-python.tar.gz` unpacks to: it holds `data_batch_1.bin` to `data_batch_5.bin` and
   * `test_batch.bin`, or the same names without `.bin`. The folder above it will do as well. By default where
   * `getDataset` puts it.
   */
  readonly folder?: string | undefined;
  readonly part: 'train' | 'test';
}

/**
 * `cifar10Dataset` from the files of a folder, read one after the other. Throws `STORAGE` for a file that cannot be read, and
 * what `cifar10Dataset` throws.
 */
export async function readCifar10Dataset(options: ReadCifar10DatasetOptions): Promise<Dataset> {
  return readCifarFiles(cifar10Form, 'cifar10', options);
}
