import { Unzlib } from 'fflate';
import type { PngHeader } from './read-png-header.ts';

const signatureBytes = 8;
const chunkFrame = 12;
/** Compressed data are larger than what they hold by no more than this share and these bytes (RFC 1950, RFC 1951). */
const largestOverhead = { share: 1.01, bytes: 1024 } as const;
const inflatedAtOnce = 2 ** 12;

/**
 * A PNG file with only those chunks that its pixels depend on: texts and colour profiles are compressed too, may
 * expand to anything, and change no pixel. Throws unless the chunks follow each other to the end chunk, and hold no
 * more than the pixels that the header announces.
 */
export function imageChunks(bytes: Uint8Array, header: PngHeader): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: { readonly type: string; readonly start: number; readonly end: number }[] = [];
  for (let at = signatureBytes; chunks.at(-1)?.type !== 'IEND'; ) {
    const end = at + chunkFrame > bytes.length ? undefined : at + chunkFrame + view.getUint32(at);
    if (end === undefined || end > bytes.length) throw new Error('it ends in the middle');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.push({ type, start: at, end });
    at = end;
  }
  requireBounded(
    chunks.filter(({ type }) => type === 'IDAT').map(({ start, end }) => bytes.subarray(start + 8, end - 4)),
    rawBytes(header),
  );
  const kept = chunks.filter(({ type }) => ['IHDR', 'PLTE', 'IDAT', 'IEND'].includes(type));
  const total = kept.reduce((sum, { start, end }) => sum + end - start, signatureBytes);
  const file = new Uint8Array(total);
  file.set(bytes.subarray(0, signatureBytes));
  let at = signatureBytes;
  for (const { start, end } of kept) {
    file.set(bytes.subarray(start, end), at);
    at += end - start;
  }
  return file;
}

/** Bytes of the rows, each after a byte that names its filter; interlacing makes seven images with rows of their own. */
function rawBytes({ width, height, samples, depth, interlaced }: PngHeader): number {
  const rows = interlaced ? 2 * height + 7 : height;
  return height * Math.ceil((width * samples * depth) / 8) + rows;
}

/** A few kilobytes can expand to megabytes; that is found by expanding them, without keeping anything. */
function requireBounded(parts: readonly Uint8Array[], limit: number): void {
  const stored = parts.reduce((sum, { length }) => sum + length, 0);
  const refused = `its ${stored} bytes hold more than the ${limit} that its header announces`;
  if (stored > limit * largestOverhead.share + largestOverhead.bytes) throw new Error(refused);
  let expanded = 0;
  const inflator = new Unzlib((piece) => {
    expanded += piece.length;
    if (expanded > limit) throw new Error(refused);
  });
  for (const part of parts) {
    for (let at = 0; at < part.length; at += inflatedAtOnce) {
      inflator.push(part.subarray(at, at + inflatedAtOnce));
    }
  }
}
