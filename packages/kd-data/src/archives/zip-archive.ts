import { inflateSync } from 'fflate';
import { type ByteSource, byteLengthOf, KdError, readBytes } from 'kd-core';
import { crc32 } from './crc32.ts';
import { readZipDirectory } from './zip-directory.ts';
import { localHeaderBytes, type ZipEntry, zipMethod } from './zip-entry.ts';

/** A ZIP archive whose entries are read one by one, in any order. */
export interface ZipArchive {
  /** Its files, without folders. */
  readonly entries: readonly ZipEntry[];
  /**
   * The content of an entry, of the size and with the checksum that the directory gives. Throws `PARSE` for a damaged
   * entry, `UNSUPPORTED` for an encrypted one or an unusual compression; both name the entry.
   */
  read(entry: ZipEntry): Promise<Uint8Array>;
}

const localSignature = 0x04034b50;
/** Extra fields of local headers are short; with this much read beyond them, one read is nearly always enough. */
const usualExtraBytes = 64;

/** Opens a ZIP archive; `what` names it in messages. Throws what `readZipDirectory` throws. */
export async function openZip(source: ByteSource, what: string): Promise<ZipArchive> {
  const entries = await readZipDirectory(source, what);
  return {
    entries,
    async read(entry) {
      const refuse = (reason: string, cause?: unknown): KdError =>
        new KdError('PARSE', `Entry '${entry.name}' of ${what} ${reason}.`, { cause });
      requireReadable(entry, what);
      const compressed = await readCompressed(source, entry, refuse);
      const content = entry.method === zipMethod.stored ? compressed : inflate(compressed, entry, refuse);
      if (crc32(content) !== entry.checksum) throw refuse('is damaged: its checksum does not match');
      return content;
    },
  };
}

type Refuse = (reason: string, cause?: unknown) => KdError;

function requireReadable({ name, encrypted, method }: ZipEntry, what: string): void {
  const unsupported = (reason: string): KdError =>
    new KdError('UNSUPPORTED', `Entry '${name}' of ${what} ${reason}. Pack the archive anew without that.`);
  if (encrypted) throw unsupported('is encrypted');
  if (method !== zipMethod.stored && method !== zipMethod.deflated) {
    throw unsupported(`is compressed by method ${method}; stored and deflated entries can be read`);
  }
}

async function readCompressed(
  source: ByteSource,
  { offset, name, compressedSize }: ZipEntry,
  refuse: Refuse,
): Promise<Uint8Array> {
  const nameBytes = new TextEncoder().encode(name).length;
  const end = byteLengthOf(source);
  const guess = offset + localHeaderBytes + nameBytes + compressedSize + usualExtraBytes;
  const bytes = await readBytes(source, offset, Math.min(end, guess));
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (header.getUint32(0, true) !== localSignature) throw refuse('is damaged: its local header is not there');
  const start = localHeaderBytes + header.getUint16(26, true) + header.getUint16(28, true);
  if (offset + start + compressedSize > end) throw refuse('is damaged: it ends outside of the archive');
  if (start + compressedSize <= bytes.length) return bytes.subarray(start, start + compressedSize);
  return readBytes(source, offset + start, offset + start + compressedSize);
}

function inflate(compressed: Uint8Array, { size }: ZipEntry, refuse: Refuse): Uint8Array {
  let content: Uint8Array;
  try {
    // With a buffer given, nothing is allocated for what comes after its end; its last byte tells that something came.
    content = inflateSync(compressed, { out: new Uint8Array(size + 1) });
  } catch (cause) {
    throw refuse(
      `is damaged: ${cause instanceof Error ? cause.message : 'it cannot be decompressed'}`,
      cause,
    );
  }
  if (content.length !== size) {
    const found = content.length > size ? 'more' : `only ${content.length}`;
    throw refuse(`should have ${size} bytes, but has ${found}`);
  }
  return content;
}
