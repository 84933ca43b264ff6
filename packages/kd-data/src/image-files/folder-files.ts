import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KdError } from 'kd-core';
import { unreadable } from '../files/read-file-of.ts';
import type { ImageFiles } from './image-files.ts';

/** Folders below folders that are searched: more than any data set has, fewer than a link to a parent makes. */
const deepest = 8;

/**
 * The files below a folder. Links are followed, as data sets are often arranged by links. Throws `STORAGE` for what cannot
 * be read.
 */
export async function folderFiles(path: string): Promise<ImageFiles> {
  return { ...knownFolderFiles(path), paths: await listFiles(path, '', 0) };
}

/** `folderFiles` for one who has the paths already. */
export function knownFolderFiles(path: string): Omit<ImageFiles, 'paths'> {
  return {
    what: `The folder '${path}'`,
    read: (file) => guard(join(path, file), () => readFile(join(path, file))),
    spec: { kind: 'folder', path },
  };
}

/** Paths of all files below `root/folder`, relative to `root`, with slashes. */
async function listFiles(root: string, folder: string, depth: number): Promise<string[]> {
  if (depth > deepest) {
    throw new KdError(
      'STORAGE',
      `'${join(root, folder)}' is ${depth} folders below '${root}'. Is there a link to a folder above?`,
    );
  }
  const here = join(root, folder);
  const entries = await guard(here, () => readdir(here, { withFileTypes: true }));
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const target = entry.isSymbolicLink()
        ? await guard(join(root, path), () => stat(join(root, path)))
        : entry;
      if (target.isDirectory()) return listFiles(root, path, depth + 1);
      return target.isFile() ? [path] : [];
    }),
  );
  return nested.flat();
}

async function guard<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
