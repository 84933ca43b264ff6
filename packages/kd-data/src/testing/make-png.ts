import { deflateSync } from 'node:zlib';
import { crc32 } from 'kd-core';

export interface PngSettings {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** As in the header chunk: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
  readonly colorType: number;
  /** Rows as they are stored, each of whole bytes, unfiltered. */
  readonly rows: readonly (readonly number[])[];
  readonly interlace?: number;
  readonly palette?: readonly number[];
  /** What is compressed instead of the rows. */
  readonly raw?: Uint8Array;
  /** Chunks before the image data. */
  readonly extra?: readonly Uint8Array[];
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;

export function pngChunk(type: string, content: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(content.length + 12);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(content, 8);
  view.setUint32(8 + content.length, crc32(chunk.subarray(4, 8 + content.length)));
  return chunk;
}

/** A PNG file, written by the letter of the specification. */
export function makePng(settings: PngSettings): Uint8Array {
  const { width, height, depth, colorType, rows, interlace = 0, palette, extra = [] } = settings;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([depth, colorType, 0, 0, interlace], 8);
  const raw = settings.raw ?? Uint8Array.from(rows.flatMap((row) => [0, ...row]));
  return concatenate([
    Uint8Array.from(signature),
    pngChunk('IHDR', header),
    ...(palette === undefined ? [] : [pngChunk('PLTE', Uint8Array.from(palette))]),
    ...extra,
    pngChunk('IDAT', new Uint8Array(deflateSync(raw))),
    pngChunk('IEND', new Uint8Array(0)),
  ]);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** An RGB image of one colour. */
export function solidPng(color: readonly [number, number, number], width = 2, height = 2): Uint8Array {
  const row = Array.from({ length: width }, () => color).flat();
  return makePng({ width, height, depth: 8, colorType: 2, rows: Array.from({ length: height }, () => row) });
}
