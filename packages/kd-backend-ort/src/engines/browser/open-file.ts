import { KdError } from 'kd-core';

/** Stands in a browser for the function that opens a file by its path. Throws `INVALID_ARGUMENT`. */
export async function openFile(path: string): Promise<Blob> {
  throw new KdError(
    'INVALID_ARGUMENT',
    `Only Node can open the path '${path}'. Give the file itself in a browser: a File, or (await fetch(url)).blob().`,
  );
}

/** As `openFile`. */
export async function openSibling(_path: string, location: string): Promise<Blob> {
  return openFile(location);
}
