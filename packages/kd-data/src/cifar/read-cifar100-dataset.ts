import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KdError } from 'kd-core';
import type { Dataset } from '../dataset.ts';
import { cifar100Dataset } from './cifar100-dataset.ts';

export interface ReadCifar100DatasetOptions {
  /** What `cifar-100-binary.tar.gz` unpacks to: it holds `train.bin` and `test.bin`. */
  readonly folder: string;
  readonly part: 'train' | 'test';
}

/** `cifar100Dataset` from a file. Throws `STORAGE` for a file that cannot be read, and what `cifar100Dataset` throws. */
export async function readCifar100Dataset({ folder, part }: ReadCifar100DatasetOptions): Promise<Dataset> {
  const path = join(folder, `${part}.bin`);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw new KdError(
      'STORAGE',
      `Cannot read '${path}': ${reason}. It is part of the binary version of CIFAR-100.`,
      { cause },
    );
  }
  return cifar100Dataset({ name: `cifar100 ${part}`, bytes });
}
