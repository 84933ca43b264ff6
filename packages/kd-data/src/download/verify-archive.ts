import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { KdError } from 'kd-core';
import type { DatasetArchive } from '../catalog/dataset-entry.ts';
import { unreadable } from '../files/read-file-of.ts';

/**
 * Throws `VERIFICATION`, with what was expected and found, unless a file is the archive that the catalogue knows: by its size,
 * and by SHA-256 where that is known, else by MD5, which tells damage but not intent. A file that others have compressed anew is
 * told by what it holds.
 */
export async function verifyArchive(path: string, archive: DatasetArchive): Promise<void> {
  const { checksums, contentSha256 } = archive;
  const algorithm = checksums.sha256 === undefined ? 'md5' : 'sha256';
  const expected = checksums.sha256 ?? checksums.md5;
  const { size } = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const found = await digest(path, algorithm);
  if (expected === undefined || found === expected) return;
  if (contentSha256 !== undefined && (await contentDigest(path)) === contentSha256) return;
  const sizes = archive.bytes === undefined || archive.bytes === size ? '' : ` and ${archive.bytes} bytes`;
  throw new KdError(
    'VERIFICATION',
    `'${path}' is not ${archive.file} as it is published: its ${algorithm} should be ${expected}${sizes}, but it is ${found}, of ${size} bytes. Is it damaged, cut off or of another version?`,
    { details: { path, algorithm, expected, found } },
  );
}

async function digest(path: string, algorithm: 'md5' | 'sha256'): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  return hash.digest('hex');
}

/** SHA-256 of what a gzip file holds; `undefined` of one that cannot be expanded. */
async function contentDigest(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), createGunzip(), hash);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}
