import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unreadable } from '../files/read-file-of.ts';

export interface FileDigestOptions {
  readonly algorithm: 'md5' | 'sha256';
  /** Of what is compressed in it, not of the file. */
  readonly gunzip?: boolean;
  /** Is told how many bytes of the file are read. */
  readonly onBytes?: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The digest of a file of any size, in lower-case hexadecimal. Throws `STORAGE` when it cannot be read, and the reason of `signal`. */
export async function fileDigest(
  path: string,
  { algorithm, gunzip = false, onBytes, signal }: FileDigestOptions,
): Promise<string> {
  const hash: Hash = createHash(algorithm);
  const file = createReadStream(path, { highWaterMark: 2 ** 20 });
  let done = 0;
  file.on('data', (chunk) => {
    done += chunk.length;
    onBytes?.(done);
  });
  try {
    if (gunzip) await pipeline(file, createGunzip(), hash, { signal });
    else await pipeline(file, hash, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreadable(path, cause);
  }
  return hash.digest('hex');
}
