import { gunzipSync } from 'fflate';
import { crc32, KdError } from 'kd-core';

/** No deflate stream expands more than this (RFC 1951: 258 bytes from two bits). */
const largestExpansion = 1032;
const headerBytes = 10;
const trailerBytes = 8;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Decompresses one gzip member (RFC 1952) and verifies its size and checksum.
 * Throws `PARSE` for anything else, before it allocates more than a valid file of this size can hold.
 */
export function gunzip(bytes: Uint8Array, what: string): Uint8Array {
  const refuse = (reason: string, cause?: unknown): KdError =>
    new KdError('PARSE', `The gzip data of ${what} are damaged: ${reason}. Fetch the file again.`, { cause });

  if (bytes.length < headerBytes + trailerBytes) throw refuse(`${bytes.length} bytes are too few`);
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - trailerBytes, trailerBytes);
  const checksum = trailer.getUint32(0, true);
  const size = trailer.getUint32(4, true);
  if (size > bytes.length * largestExpansion) {
    throw refuse(`${bytes.length} bytes cannot hold the ${size} bytes that the trailer announces`);
  }

  let content: Uint8Array;
  try {
    content = gunzipSync(bytes);
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (content.length !== size) throw refuse(`${content.length} bytes came out instead of ${size}`);
  if (crc32(content) !== checksum) throw refuse('the checksum does not match');
  return content;
}
