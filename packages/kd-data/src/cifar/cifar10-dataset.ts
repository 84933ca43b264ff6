import { requireArgument } from 'kd-core';
import type { Dataset } from '../dataset.ts';
import type { CifarForm } from './cifar-form.ts';
import { cifar10ClassNames } from './cifar10-class-names.ts';
import { collectCifar } from './collect-cifar.ts';

export const cifar10Form: CifarForm = {
  title: 'CIFAR-10',
  classNames: cifar10ClassNames,
  labelBytes: 1,
  labelsKey: 'labels',
};

export interface Cifar10DatasetOptions {
  readonly name: string;
  /** The contents of its files in order, such as `data_batch_1.bin` to `data_batch_5.bin`; of either version. */
  readonly files: readonly Uint8Array[];
}

/**
 * CIFAR-10 from its binary version (records of a label and 32 x 32 pixels, all red ones first) or its Python version (pickles
 * of `data` and `labels`), which is told by the bytes. Pixels are divided by 255. Throws `PARSE` for anything else, and for
 * labels that are no classes; see `unpickleArrays` for what a pickle may hold.
 * A. Krizhevsky, 2009, "Learning Multiple Layers of Features from Tiny Images".
 */
export function cifar10Dataset({ name, files }: Cifar10DatasetOptions): Dataset {
  requireArgument(files.length > 0, () => `Data set '${name}' needs the bytes of at least one file.`);
  const totalBytes = files.reduce((sum, { length }) => sum + length, 0);
  const collection = collectCifar(cifar10Form, { totalBytes });
  files.forEach((bytes, index) => {
    collection.add(files.length === 1 ? name : `${name}, file ${index + 1}`, bytes);
  });
  return collection.dataset(name);
}
