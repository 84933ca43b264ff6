import { KdError } from 'kd-core';

/** Bytes that are read piece by piece. In Node, `openAsBlob(path)` of `node:fs` makes such a `Blob` of a file. */
export type BytesSource = Blob | Uint8Array;

export function byteLength(source: BytesSource): number {
  return source instanceof Uint8Array ? source.length : source.size;
}

/**
 * The bytes `start` to `end` (not included), which must lie inside of the source. Of a `Uint8Array` it is a view.
 * Throws `STORAGE` where the source can no longer be read, as when the file has changed or gone; `what` names it.
 */
export async function readBytes(
  source: BytesSource,
  start: number,
  end: number,
  what: string,
): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source.subarray(start, end);
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await source.slice(start, end).arrayBuffer());
  } catch (cause) {
    throw unreadable(what, cause);
  }
  if (bytes.length !== end - start) throw unreadable(what);
  return bytes;
}

function unreadable(what: string, cause?: unknown): KdError {
  const message = `${what} can no longer be read. Has the file changed or gone since it was opened?`;
  return new KdError('STORAGE', message, { cause });
}
