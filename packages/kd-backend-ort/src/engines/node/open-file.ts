import { openAsBlob } from 'node:fs';
import { dirname, join } from 'node:path';
import { KdError } from 'kd-core';

/** The file at `path`, read from disk as it is used. Throws `STORAGE` when there is none. */
export async function openFile(path: string): Promise<Blob> {
  try {
    return await openAsBlob(path);
  } catch (cause) {
    throw new KdError('STORAGE', `There is no file '${path}' that can be read.`, { cause });
  }
}

/** The file at `location` relative to the folder of the file `path`. Throws `STORAGE` when there is none. */
export function openSibling(path: string, location: string): Promise<Blob> {
  return openFile(join(dirname(path), location));
}
