import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { unreadable } from '../files/read-file-of.ts';
import { archiveFiles } from './archive-files.ts';
import { folderFiles } from './folder-files.ts';
import type { ImageFiles } from './image-files.ts';

/**
 * The files in the folder or the archive at a path. Throws `STORAGE` for what cannot be read, and what `archiveFiles` and
 * `folderFiles` throw.
 */
export async function openImageFiles(path: string): Promise<ImageFiles> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (found.isDirectory()) return folderFiles(path);
  const source = await openAsBlob(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  // Node sends no Blob of a file to workers.
  return {
    ...(await archiveFiles(source, { name: basename(path) })),
    spec: { kind: 'archive file', path },
  };
}
