import { KdError } from '../errors.ts';

/**
 * Bytes that can be read in any order. In Node, `openAsBlob(path)` of `node:fs` gives a Blob of a file that stays on
 * disk; in a browser, a `File` is one.
 */
export type ByteSource = Blob | Uint8Array;

export function byteLengthOf(source: ByteSource): number {
  return source instanceof Uint8Array ? source.byteLength : source.size;
}

/**
 * The bytes from `begin` to `end` (exclusive), which must lie within the source; of a `Uint8Array` a view. Throws
 * `STORAGE` when a Blob cannot be read, such as a file that changed since it was opened.
 */
export async function readBytes(source: ByteSource, begin: number, end: number): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source.subarray(begin, end);
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await source.slice(begin, end).arrayBuffer());
  } catch (cause) {
    throw unreadable(begin, end, cause);
  }
  if (bytes.length !== end - begin) throw unreadable(begin, end);
  return bytes;
}

function unreadable(begin: number, end: number, cause?: unknown): KdError {
  return new KdError(
    'STORAGE',
    `Bytes ${begin} to ${end} of the file can no longer be read. Open it again if it was changed meanwhile.`,
    { cause },
  );
}
