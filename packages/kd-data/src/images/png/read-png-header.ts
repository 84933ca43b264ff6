import { KdError } from 'kd-core';
import type { ImageHeader } from '../pixels.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
const firstChunk = [0, 0, 0, 13, ...[...'IHDR'].map((letter) => letter.charCodeAt(0))] as const;
const headerEnd = 33;

export interface PngHeader extends ImageHeader {
  readonly format: 'png';
  /** Samples of a pixel as they are stored: 1 to 4, transparency included; 1 for an index into a palette. */
  readonly samples: number;
  /** Bits of a sample. */
  readonly depth: number;
  readonly indexed: boolean;
  readonly interlaced: boolean;
}

/** By colour type (PNG specification, third edition, table 11.1). */
const colorTypes: Readonly<Record<number, Pick<PngHeader, 'channels' | 'samples' | 'indexed'>>> = {
  0: { channels: 1, samples: 1, indexed: false },
  2: { channels: 3, samples: 3, indexed: false },
  3: { channels: 3, samples: 1, indexed: true },
  4: { channels: 1, samples: 2, indexed: false },
  6: { channels: 3, samples: 4, indexed: false },
};

export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}

/** Size and colours from the header of a PNG file. Throws `PARSE` when it is damaged. */
export function readPngHeader(bytes: Uint8Array, what: string): PngHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const colors = bytes.length < headerEnd ? undefined : colorTypes[bytes[25]!];
  if (colors === undefined || !firstChunk.every((byte, index) => bytes[8 + index] === byte)) {
    throw new KdError('PARSE', `${what} is damaged: the header of a PNG file is not there.`);
  }
  return {
    format: 'png',
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth: bytes[24]!,
    interlaced: bytes[28] === 1,
    ...colors,
  };
}
