import { crc32 } from 'node:zlib';
import { KdError } from 'kd-core';
import type { ImageShape } from '../dataset.ts';

/** The first bytes of every such file; the last one is the version of the format. */
const magic = new TextEncoder().encode('KDPIXEL1');
/** The magic, the length of the description and the checksum of all that follows up to the pixels. */
const prefixBytes = magic.length + 8;
/** No description is longer; a length above is damage, not a reason to allocate. */
const longestDescription = 2 ** 24;

/** What a file of decoded images says of itself. */
export interface DecodedFileFacts {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly inputShape: ImageShape;
  readonly attribution?: string;
  /** Stands for what the images were made of. */
  readonly source: string;
}

/** A file of decoded images, but for its pixels, which follow one image after another. */
export interface DecodedFileHeader {
  readonly facts: DecodedFileFacts;
  readonly labels: Int32Array;
  /** CRC-32 of the pixels of each image. */
  readonly checksums: Uint32Array;
}

export function headerBytes(facts: DecodedFileFacts, count: number): number {
  return prefixBytes + descriptionOf(facts, count).length + 8 * count;
}

/** Little endian: magic, uint32 length of the description, uint32 checksum, description as JSON, int32 labels, uint32 checksums. */
export function encodeHeader({ facts, labels, checksums }: DecodedFileHeader): Uint8Array {
  const description = descriptionOf(facts, labels.length);
  const bytes = new Uint8Array(headerBytes(facts, labels.length));
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(magic.length, description.length, true);
  bytes.set(description, prefixBytes);
  let offset = prefixBytes + description.length;
  for (const label of labels) {
    view.setInt32(offset, label, true);
    offset += 4;
  }
  for (const checksum of checksums) {
    view.setUint32(offset, checksum, true);
    offset += 4;
  }
  view.setUint32(magic.length + 4, crc32(bytes.subarray(prefixBytes)), true);
  return bytes;
}

/**
 * The header of a file of `size` bytes, read by `read`. Throws `PARSE` for a file that is none, and for one that is damaged or
 * incomplete, `details.damaged` being true.
 */
export function readHeader(
  read: (offset: number, length: number) => Uint8Array,
  size: number,
  what: string,
): DecodedFileHeader {
  const prefix = read(0, Math.min(size, prefixBytes));
  if (magic.some((byte, place) => prefix[place] !== byte)) {
    throw new KdError('PARSE', `${what} is no file of decoded images.`);
  }
  const damaged = (reason: string): KdError =>
    new KdError('PARSE', `${what} is damaged: ${reason}.`, { details: { damaged: true } });
  if (prefix.length < prefixBytes) throw damaged('it ends in its header');
  const view = new DataView(prefix.buffer, prefix.byteOffset);
  const length = view.getUint32(magic.length, true);
  if (length > Math.min(longestDescription, size - prefixBytes)) throw damaged('it ends in its header');
  const { facts, count } = parseDescription(read(prefixBytes, length), damaged);
  const pixels = facts.inputShape.reduce((product, dimension) => product * dimension, 1);
  const expected = headerBytes(facts, count) + count * pixels;
  if (size !== expected) throw damaged(`it has ${size} bytes instead of ${expected}`);
  const body = read(prefixBytes, length + 8 * count);
  if (crc32(body) !== view.getUint32(magic.length + 4, true)) {
    throw damaged('the checksum of its header does not match');
  }
  const numbers = new DataView(body.buffer, body.byteOffset + length);
  return {
    facts,
    labels: Int32Array.from({ length: count }, (_, index) => numbers.getInt32(4 * index, true)),
    checksums: Uint32Array.from({ length: count }, (_, index) =>
      numbers.getUint32(4 * (count + index), true),
    ),
  };
}

function descriptionOf(facts: DecodedFileFacts, count: number): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...facts, count }));
}

/** Sizes are needed before the checksum can be computed; all else is trusted because of it. */
function parseDescription(
  bytes: Uint8Array,
  damaged: (reason: string) => KdError,
): { readonly facts: DecodedFileFacts; readonly count: number } {
  try {
    const { count, ...facts } = JSON.parse(new TextDecoder().decode(bytes)) as DecodedFileFacts & {
      count: number;
    };
    const sizes = [count, ...facts.inputShape];
    if (sizes.length === 4 && sizes.every((each) => Number.isSafeInteger(each) && each > 0)) {
      return { facts, count };
    }
  } catch {
    // Said below: which of the ways it cannot be read does not matter.
  }
  throw damaged('its description cannot be read');
}
