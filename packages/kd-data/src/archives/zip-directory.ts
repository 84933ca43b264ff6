import { type ByteSource, byteLengthOf, KdError, readBytes } from 'kd-core';
import { unsafeName } from './entry-name.ts';
import { localHeaderBytes, type ZipEntry, zipMethod } from './zip-entry.ts';

const signature = {
  entry: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const;

const entryBytes = 46;
const endBytes = 22;
const end64Bytes = 56;
const locator64Bytes = 20;
const longestComment = 0xffff;
const inZip64 = { short: 0xffff, long: 0xffffffff } as const;
const zip64Field = 0x0001;

/** A deflated block of n bytes expands to at most 1032 n bytes (258 bytes from two bits). */
const largestExpansion = 1032;

interface Directory {
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The files of a ZIP archive (PKWARE APPNOTE.TXT 6.3, ZIP64 included) in the order of its directory; folders are left
 * out. No content is read. Throws `PARSE` for an archive whose directory is damaged or contradicts itself, that names a
 * path outside of its root or one path twice, whose entries overlap, or announce more than their bytes can hold.
 */
export async function readZipDirectory(source: ByteSource, what: string): Promise<readonly ZipEntry[]> {
  const refuse: Refuse = (reason) => new KdError('PARSE', `Cannot read ${what}: ${reason}.`);
  const { count, start, end } = await findDirectory(source, refuse);
  const bytes = await readBytes(source, start, end);
  const entries = parseEntries(bytes, count, refuse);
  const files = entries.filter(({ name }) => !name.endsWith('/'));
  for (const entry of files) requirePlausible(entry, refuse);
  requireDisjoint(entries, start, refuse);
  return files;
}

type Refuse = (reason: string) => KdError;

async function findDirectory(source: ByteSource, refuse: Refuse): Promise<Directory> {
  const size = byteLengthOf(source);
  const tailStart = Math.max(0, size - endBytes - longestComment - locator64Bytes);
  const tail = viewOf(await readBytes(source, tailStart, size));
  const at = findEnd(tail);
  if (at === undefined) throw refuse('it is not a complete ZIP archive (it has no end record)');

  const short = {
    disk: tail.getUint16(at + 4, true),
    count: tail.getUint16(at + 10, true),
    bytes: tail.getUint32(at + 12, true),
    start: tail.getUint32(at + 16, true),
  };
  const needsZip64 =
    short.count === inZip64.short || short.bytes === inZip64.long || short.start === inZip64.long;
  const locatorAt = at - locator64Bytes;
  const hasLocator = locatorAt >= 0 && tail.getUint32(locatorAt, true) === signature.locator64;
  if (needsZip64 && hasLocator) {
    return readEnd64(source, tail.getBigUint64(locatorAt + 8, true), tailStart + locatorAt, refuse);
  }
  if (short.disk !== 0) throw refuse('archives of several volumes are not supported');
  return requireDirectory({ ...short, limit: tailStart + at }, refuse);
}

/** The last end record whose comment ends with the archive. */
function findEnd(tail: DataView): number | undefined {
  for (let at = tail.byteLength - endBytes; at >= 0; at--) {
    if (tail.getUint32(at, true) !== signature.end) continue;
    if (at + endBytes + tail.getUint16(at + 20, true) === tail.byteLength) return at;
  }
  return undefined;
}

async function readEnd64(
  source: ByteSource,
  position: bigint,
  limit: number,
  refuse: Refuse,
): Promise<Directory> {
  const start = Number(position);
  if (start + end64Bytes > limit) throw refuse('its ZIP64 end record lies outside of the archive');
  const record = viewOf(await readBytes(source, start, start + end64Bytes));
  if (record.getUint32(0, true) !== signature.end64) throw refuse('its ZIP64 end record is damaged');
  if (record.getUint32(16, true) !== 0) throw refuse('archives of several volumes are not supported');
  const directory = {
    count: Number(record.getBigUint64(32, true)),
    bytes: Number(record.getBigUint64(40, true)),
    start: Number(record.getBigUint64(48, true)),
  };
  return requireDirectory({ ...directory, limit: start }, refuse);
}

function requireDirectory(
  { count, bytes, start, limit }: { count: number; bytes: number; start: number; limit: number },
  refuse: Refuse,
): Directory {
  if (start + bytes > limit) throw refuse(`its directory of ${bytes} bytes lies outside of the archive`);
  if (count * entryBytes > bytes) throw refuse(`${bytes} bytes cannot list its ${count} entries`);
  return { count, start, end: start + bytes };
}

function parseEntries(bytes: Uint8Array, count: number, refuse: Refuse): ZipEntry[] {
  const view = viewOf(bytes);
  const decoder = new TextDecoder();
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    const damaged = (): KdError => refuse(`entry ${index} of its directory is damaged`);
    if (at + entryBytes > bytes.length || view.getUint32(at, true) !== signature.entry) throw damaged();
    const nameEnd = at + entryBytes + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const next = extraEnd + view.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged();

    const name = decoder.decode(bytes.subarray(at + entryBytes, nameEnd));
    const unsafe = unsafeName(name);
    if (unsafe !== undefined) throw refuse(`its entry ${JSON.stringify(name)} ${unsafe}`);
    if (names.has(name)) throw refuse(`it has two entries ${JSON.stringify(name)}`);
    names.add(name);

    const large = readZip64Field(viewOf(bytes.subarray(nameEnd, extraEnd)), damaged);
    const sized = (position: number): number => {
      const value = view.getUint32(position, true);
      return value === inZip64.long && large !== undefined ? large() : value;
    };
    // The order in which the ZIP64 field holds those that do not fit.
    const size = sized(at + 24);
    const compressedSize = sized(at + 20);
    const offset = sized(at + 42);
    entries.push({
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

function requirePlausible({ name, encrypted, method, size, compressedSize }: ZipEntry, refuse: Refuse): void {
  const possible =
    method === zipMethod.stored ? size === compressedSize : size <= compressedSize * largestExpansion;
  // What other methods and ciphers make of a size is not known; they are refused when they are read.
  if (!possible && !encrypted && (method === zipMethod.stored || method === zipMethod.deflated)) {
    throw refuse(
      `its entry '${name}' announces ${size} bytes, which its ${compressedSize} bytes cannot hold`,
    );
  }
}

/** Entries that share bytes make an archive that expands to far more than itself (D. Fifield 2019). */
function requireDisjoint(entries: readonly ZipEntry[], directoryStart: number, refuse: Refuse): void {
  const ordered = entries.toSorted((a, b) => a.offset - b.offset);
  for (const [index, entry] of ordered.entries()) {
    const next = ordered[index + 1];
    const limit = next?.offset ?? directoryStart;
    if (entry.offset + localHeaderBytes + entry.compressedSize <= limit) continue;
    throw refuse(
      next === undefined
        ? `its entry '${entry.name}' lies outside of the archive`
        : `its entries '${entry.name}' and '${next.name}' overlap`,
    );
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
