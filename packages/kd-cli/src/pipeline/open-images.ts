import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { KdError } from 'kd-core';
import { type ImageFileDataset, type ImageFileOptions, imageArchive } from 'kd-data';
import { imageFolder } from 'kd-data/node';

/**
 * The images in an archive or a folder. Throws `STORAGE` for what cannot be read, and what the readers of `kd-data`
 * throw.
 */
export async function openImages(path: string, options: ImageFileOptions = {}): Promise<ImageFileDataset> {
  const named = { name: basename(path), ...options };
  const found = await readable(path, () => stat(path));
  if (found.isDirectory()) return imageFolder(path, named);
  return imageArchive(await readable(path, () => openAsBlob(path)), named);
}

/** What `action` gives; throws `STORAGE` with the path when it fails. */
export async function readable<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'it is not there' : message;
    throw new KdError('STORAGE', `Cannot read '${path}': ${reason}.`, { cause });
  }
}
