import { inflateSync } from 'fflate';
import {
  type ByteSource,
  crc32,
  KdError,
  readZipDirectory,
  readZipEntry,
  type ZipEntry,
  zipMethod,
} from 'kd-core';

/** A ZIP archive whose entries are read one by one, in any order. */
export interface ZipArchive {
  /** Its files by name, without folders. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /**
   * The content of an entry, of the size and with the checksum that the directory gives. Throws `PARSE` for a damaged
   * entry, `UNSUPPORTED` for an encrypted one or an unusual compression; both name the entry.
   */
  read(entry: ZipEntry): Promise<Uint8Array>;
}

/** Opens a ZIP archive; `what` names it in messages. Throws what `readZipDirectory` throws. */
export async function openZip(source: ByteSource, what: string): Promise<ZipArchive> {
  const entries = await readZipDirectory(source, what);
  return {
    entries,
    async read(entry) {
      const refuse = (reason: string, cause?: unknown): KdError =>
        new KdError('PARSE', `Entry '${entry.name}' of ${what} ${reason}.`, { cause });
      requireReadable(entry, what);
      const compressed = await readZipEntry(source, entry, what);
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
