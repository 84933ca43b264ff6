import { stat } from 'node:fs/promises';
import { unreadable } from '../files/read-file-of.ts';
import { fileDigest } from './file-digest.ts';

/** Lower-case hexadecimal digests; `sha256` is preferred where both are known. */
export interface Checksums {
  readonly md5?: string;
  readonly sha256?: string;
}

export interface CheckFileOptions {
  readonly bytes?: number | undefined;
  readonly checksums: Checksums;
  readonly onCheck?: ((done: number, all: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What is wrong with a file, in words such as `its MD5 is ..., not ...`; undefined when it is the right one. Throws `STORAGE` when it cannot be read. */
export async function checkFile(
  path: string,
  { bytes, checksums, onCheck, signal }: CheckFileOptions,
): Promise<string | undefined> {
  const { size } = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (bytes !== undefined && size !== bytes) return `it has ${size} bytes, not ${bytes}`;
  const algorithm = checksums.sha256 === undefined ? 'md5' : 'sha256';
  const expected = checksums[algorithm];
  const digest = await fileDigest(path, { algorithm, onBytes: (done) => onCheck?.(done, size), signal });
  const title = { md5: 'MD5', sha256: 'SHA-256' }[algorithm];
  return digest === expected ? undefined : `its ${title} is ${digest}, not ${expected}`;
}
