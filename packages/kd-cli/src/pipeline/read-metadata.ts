import { openAsBlob } from 'node:fs';
import { KdError } from 'kd-core';
import { openWeights } from 'kd-models';

/** What a weights file says of itself. Throws `STORAGE` for a file that cannot be read, and what `openWeights` throws. */
export async function readMetadata(path: string): Promise<Readonly<Record<string, string>>> {
  let source: Blob;
  try {
    source = await openAsBlob(path);
  } catch (cause) {
    throw new KdError('STORAGE', `Cannot read '${path}': is it there?`, { cause });
  }
  return (await openWeights(source)).metadata;
}
