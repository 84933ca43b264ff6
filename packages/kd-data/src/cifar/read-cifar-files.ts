import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DatasetEntry } from '../catalog/dataset-entry.ts';
import type { Dataset } from '../dataset.ts';
import { findDataFiles } from '../files/find-data-files.ts';
import { readFileOf } from '../files/read-file-of.ts';
import type { CifarForm } from './cifar-form.ts';
import { collectCifar } from './collect-cifar.ts';

/** Reads the part of a CIFAR data set whose files `isOfPart` chooses from those of the catalogue, one file at a time. */
export async function readCifarFiles(
  form: CifarForm,
  entry: DatasetEntry,
  {
    folder,
    name,
    isOfPart,
  }: { readonly folder: string; readonly name: string; isOfPart(file: string): boolean },
): Promise<Dataset> {
  const paths = await findDataFiles(
    entry,
    folder,
    entry.forms.map(({ files, archives }) => ({
      names: files.filter(isOfPart),
      root: archives[0]?.root,
    })),
  );
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  const collection = collectCifar(form, {
    totalBytes: sizes.reduce((sum, size) => sum + size, 0),
    ownsBytes: true,
  });
  for (const path of paths) collection.add(basename(path), await readFileOf(path));
  return collection.dataset(name);
}
