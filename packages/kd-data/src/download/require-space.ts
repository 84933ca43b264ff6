import { statfs } from 'node:fs/promises';
import { KdError } from 'kd-core';

/** Throws `STORAGE` unless the disk of `folder`, which is there, has room for `bytes`. */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new KdError(
    'STORAGE',
    `The disk of '${folder}' has ${free} bytes free, but ${bytes} are needed. Free some, or choose another folder.`,
    { details: { folder, free, needed: bytes } },
  );
}
