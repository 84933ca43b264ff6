import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Dataset } from '../dataset.ts';
import { findDataFiles } from '../files/find-data-files.ts';
import { readFileOf } from '../files/read-file-of.ts';
import type { CifarForm } from './cifar-form.ts';
import { collectCifar } from './collect-cifar.ts';

export interface CifarFilesOptions {
  readonly folder?: string | undefined;
  readonly part: 'train' | 'test';
}

/** Reads a part of the CIFAR data set that the catalogue calls `dataset`, one file at a time. */
export async function readCifarFiles(
  form: CifarForm,
  dataset: string,
  { folder, part }: CifarFilesOptions,
): Promise<Dataset> {
  const paths = findDataFiles({ dataset, folder, part });
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  const collection = collectCifar(form, {
    totalBytes: sizes.reduce((sum, size) => sum + size, 0),
    ownsBytes: true,
  });
  for (const path of paths) collection.add(basename(path), await readFileOf(path));
  return collection.dataset(`${dataset} ${part}`);
}
