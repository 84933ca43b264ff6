import type { Dataset } from '../dataset.ts';
import type { CifarForm } from './cifar-form.ts';
import { cifar100ClassNames } from './cifar100-class-names.ts';
import { collectCifar } from './collect-cifar.ts';

export const cifar100Form: CifarForm = {
  title: 'CIFAR-100',
  classNames: cifar100ClassNames,
  // A coarse label and a fine one.
  labelBytes: 2,
  labelsKey: 'fine_labels',
};

export interface Cifar100DatasetOptions {
  readonly name: string;
  /** Bytes of `train.bin` or `test.bin` of the binary version, or of `train` or `test` of the Python version. */
  readonly bytes: Uint8Array;
}

/**
 * CIFAR-100 from its binary version (records of a coarse label, a fine label, and 32 x 32 pixels, all red ones first) or its
 * Python version (a pickle of `data` and `fine_labels`), which is told by the bytes. The classes are the fine ones, and pixels
 * are divided by 255. Throws `PARSE` for anything else, and for labels that are no classes; see `unpickleArrays` for what a
 * pickle may hold. A. Krizhevsky, 2009, "Learning Multiple Layers of Features from Tiny Images".
 */
export function cifar100Dataset({ name, bytes }: Cifar100DatasetOptions): Dataset {
  const collection = collectCifar(cifar100Form, { totalBytes: bytes.length });
  collection.add(name, bytes);
  return collection.dataset(name);
}
