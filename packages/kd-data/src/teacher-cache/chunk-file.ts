import { KdError } from 'kd-core';

const MAGIC = 'kd-teacher-outputs/1';
const DIGEST_BYTES = 32;
const COUNT_BYTES = 8;
/** Bytes before the rows: the name of the format, rows and bytes of a row as uint32, and the SHA-256 of all that follows it. */
export const CHUNK_HEADER_BYTES: number = MAGIC.length + DIGEST_BYTES + COUNT_BYTES;

/** A file of rows of one length, with a checksum. */
export async function encodeChunk(
  rows: readonly Uint8Array[],
  rowBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(CHUNK_HEADER_BYTES + rows.length * rowBytes);
  bytes.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(bytes.buffer);
  view.setUint32(MAGIC.length + DIGEST_BYTES, rows.length, true);
  view.setUint32(MAGIC.length + DIGEST_BYTES + 4, rowBytes, true);
  for (const [place, row] of rows.entries()) bytes.set(row, CHUNK_HEADER_BYTES + place * rowBytes);
  bytes.set(await digestOf(bytes), MAGIC.length);
  return bytes;
}

/** The number of rows of a chunk. Throws `PARSE`, saying why, unless it is whole and unaltered. */
export async function checkChunk(bytes: Uint8Array, rowBytes: number): Promise<number> {
  const refuse = (reason: string): KdError => new KdError('PARSE', `It ${reason}.`);
  if (bytes.length < CHUNK_HEADER_BYTES) throw refuse(`has ${bytes.length} bytes, too few for a header`);
  if (new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw refuse(`does not begin with '${MAGIC}'`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows = view.getUint32(MAGIC.length + DIGEST_BYTES, true);
  const found = view.getUint32(MAGIC.length + DIGEST_BYTES + 4, true);
  if (found !== rowBytes) throw refuse(`has rows of ${found} bytes, not ${rowBytes}`);
  const length = CHUNK_HEADER_BYTES + rows * rowBytes;
  if (bytes.length !== length) throw refuse(`has ${bytes.length} bytes instead of ${length}`);
  const digest = bytes.subarray(MAGIC.length, MAGIC.length + DIGEST_BYTES);
  const actual = await digestOf(bytes);
  if (!digest.every((byte, place) => byte === actual[place])) {
    throw refuse('does not match its SHA-256');
  }
  return rows;
}

async function digestOf(bytes: Uint8Array): Promise<Uint8Array> {
  const content = bytes.subarray(MAGIC.length + DIGEST_BYTES) as Uint8Array<ArrayBuffer>;
  return new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', content));
}
