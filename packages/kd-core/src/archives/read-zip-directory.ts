import type { KdError } from '../errors.ts';
import { type ByteSource, readBytes } from '../serialization/byte-source.ts';
import { unsafeName } from './entry-name.ts';
import { directoryEntryBytes, findZipDirectory, viewOf } from './find-zip-directory.ts';
import { localHeaderBytes, type ZipEntry, zipMethod } from './zip-entry.ts';
import { quoted, type ZipRefusal, zipRefusal } from './zip-refusal.ts';

const entrySignature = 0x02014b50;
/** What a size or offset is that stands in the ZIP64 field. */
const inZip64Field = 0xffffffff;
const zip64Field = 0x0001;

/** A deflated block of n bytes expands to at most 1032 n bytes (258 bytes from two bits). */
const largestExpansion = 1032;

/**
 * The files of a ZIP archive (PKWARE APPNOTE.TXT 6.3, ZIP64 included) by name, in the order of its directory; folders are left
 * out. No content is read: `openZipEntry` and `readZipEntry` do that. `what` is the archive in messages, such as
 * `the PyTorch file`.
 * Throws `PARSE` for an archive whose directory is damaged or contradicts itself, that names a path outside of its root or
 * one path twice, whose entries overlap, or announce more than their bytes can hold.
 */
export async function readZipDirectory(
  source: ByteSource,
  what: string,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const refuse = zipRefusal(what);
  const { count, start, end } = await findZipDirectory(source, refuse);
  const entries = parseEntries(await readBytes(source, start, end), count, refuse);
  requireDisjoint([...entries.values()], start, refuse);
  for (const [name, entry] of entries) {
    if (name.endsWith('/')) entries.delete(name);
    else requirePlausible(entry, refuse);
  }
  return entries;
}

function parseEntries(bytes: Uint8Array, count: number, refuse: ZipRefusal): Map<string, ZipEntry> {
  const view = viewOf(bytes);
  const decoder = new TextDecoder();
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    const damaged = (): KdError => refuse(`entry ${index} of its directory is damaged`);
    if (at + directoryEntryBytes > bytes.length || view.getUint32(at, true) !== entrySignature)
      throw damaged();
    const nameEnd = at + directoryEntryBytes + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const next = extraEnd + view.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged();

    const name = decoder.decode(bytes.subarray(at + directoryEntryBytes, nameEnd));
    const unsafe = unsafeName(name);
    if (unsafe !== undefined) throw refuse(`its entry ${quoted(name)} ${unsafe}`);
    if (entries.has(name)) throw refuse(`it has two entries ${quoted(name)}`);

    const large = readZip64Field(viewOf(bytes.subarray(nameEnd, extraEnd)), damaged);
    const sized = (position: number): number => {
      const value = view.getUint32(position, true);
      return value === inZip64Field && large !== undefined ? large() : value;
    };
    // The order in which the ZIP64 field holds those that do not fit.
    const size = sized(at + 24);
    const compressedSize = sized(at + 20);
    const offset = sized(at + 42);
    entries.set(name, {
      name,
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      compressedSize,
      size,
      offset,
    });
    at = next;
  }
  return entries;
}

/** Gives the values of the ZIP64 extra field one after the other, or is undefined when there is no such field. */
function readZip64Field(extra: DataView, damaged: () => KdError): (() => number) | undefined {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const end = at + 4 + extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === zip64Field) {
      let next = at + 4;
      return () => {
        if (next + 8 > Math.min(end, extra.byteLength)) throw damaged();
        const value = Number(extra.getBigUint64(next, true));
        next += 8;
        return value;
      };
    }
    at = end;
  }
  return undefined;
}

function requirePlausible(
  { name, encrypted, method, size, compressedSize }: ZipEntry,
  refuse: ZipRefusal,
): void {
  const possible =
    method === zipMethod.stored ? size === compressedSize : size <= compressedSize * largestExpansion;
  // What other methods and ciphers make of a size is not known; they are refused when they are read.
  if (!possible && !encrypted && (method === zipMethod.stored || method === zipMethod.deflated)) {
    throw refuse(
      `its entry ${quoted(name)} announces ${size} bytes, which its ${compressedSize} bytes cannot hold`,
    );
  }
}

/** Entries that share bytes make an archive that expands to far more than itself (D. Fifield 2019). */
function requireDisjoint(entries: readonly ZipEntry[], directoryStart: number, refuse: ZipRefusal): void {
  const ordered = entries.toSorted((a, b) => a.offset - b.offset);
  for (const [index, entry] of ordered.entries()) {
    const next = ordered[index + 1];
    const limit = next?.offset ?? directoryStart;
    if (entry.offset + localHeaderBytes + entry.compressedSize <= limit) continue;
    throw refuse(
      next === undefined
        ? `its entry ${quoted(entry.name)} lies outside of the archive`
        : `its entries ${quoted(entry.name)} and ${quoted(next.name)} overlap`,
    );
  }
}
