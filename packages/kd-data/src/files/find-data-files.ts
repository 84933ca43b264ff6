import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { KdError } from 'kd-core';
import type { DatasetEntry } from '../catalog/dataset-entry.ts';

/** One way in which a data set may lie on disk: the names of its files, and the folder that its archive unpacks to. */
export interface DataFiles {
  readonly names: readonly string[];
  readonly root?: string | undefined;
}

/**
 * The paths of the files of a data set in the first form that is there completely, in `folder` or in the folder that the
 * archive unpacks to below it. Throws `STORAGE`, with the files that were looked for, when no form is there.
 */
export async function findDataFiles(
  entry: DatasetEntry,
  folder: string,
  forms: readonly DataFiles[],
): Promise<readonly string[]> {
  for (const { names, root } of forms) {
    for (const parent of root === undefined ? [folder] : [folder, join(folder, root)]) {
      const paths = names.map((name) => join(parent, name));
      const there = await Promise.all(paths.map(isThere));
      if (there.every(Boolean)) return paths;
    }
  }
  const wanted = forms.map(({ names }) => names.map((name) => `'${name}'`).join(', ')).join(', or ');
  throw new KdError(
    'STORAGE',
    `'${folder}' does not hold ${entry.title}: it should have ${wanted}. Is it unpacked, and is this its folder?`,
  );
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
