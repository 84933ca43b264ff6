import { KdError } from 'kd-core';
import type { ImageHeader } from '../pixels.ts';

export interface JpegHeader extends ImageHeader {
  readonly format: 'jpeg';
}

const marker = { prefix: 0xff, startOfImage: 0xd8, endOfImage: 0xd9, startOfScan: 0xda } as const;

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === marker.prefix && bytes[1] === marker.startOfImage && bytes[2] === marker.prefix;
}

/**
 * Size and channels from the frame header of a JPEG file (ITU-T T.81, B.2.2). Throws `PARSE` when there is none, and
 * `UNSUPPORTED` for frames that are not of 8 bits in one channel or three.
 */
export function readJpegHeader(bytes: Uint8Array, what: string): JpegHeader {
  const at = findFrame(bytes);
  if (at === undefined) throw new KdError('PARSE', `${what} is damaged: it is a JPEG file without a frame.`);
  const uint16 = (position: number): number => (bytes[position]! << 8) | bytes[position + 1]!;
  const precision = bytes[at + 4];
  const components = bytes[at + 9];
  if (precision !== 8 || (components !== 1 && components !== 3)) {
    throw new KdError(
      'UNSUPPORTED',
      `${what} is a JPEG file with ${components} channels of ${precision} bits; 8 bits in 1 or 3 channels can be read. Convert it to RGB first.`,
    );
  }
  return { format: 'jpeg', height: uint16(at + 5), width: uint16(at + 7), channels: components };
}

/** Where the first frame header's marker is, with all its fields inside of `bytes`. */
function findFrame(bytes: Uint8Array): number | undefined {
  for (let at = 2; at + 10 <= bytes.length; ) {
    // Decoders skip what lies between segments, and any number of fill bytes before a marker.
    if (bytes[at] !== marker.prefix || bytes[at + 1] === marker.prefix || bytes[at + 1] === 0) {
      at += 1;
      continue;
    }
    const code = bytes[at + 1]!;
    if (isFrame(code)) return at;
    if (code === marker.startOfScan || code === marker.endOfImage) return undefined;
    at += hasLength(code) ? 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!) : 2;
  }
  return undefined;
}

/** SOF0..SOF15, among which lie DHT (C4), JPG (C8) and DAC (CC). */
function isFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

/** All but TEM, RST0..RST7 and SOI. */
function hasLength(code: number): boolean {
  return code !== 0x01 && !(code >= 0xd0 && code <= 0xd8);
}
