import { type ByteSource, byteLengthOf, readBytes } from '../serialization/byte-source.ts';
import { localHeaderBytes } from './zip-entry.ts';
import type { ZipRefusal } from './zip-refusal.ts';

/** Where the directory of an archive lies, within its bytes, and how many entries it says that it has. */
export interface DirectoryLocation {
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

/** Bytes of a directory's entry without name, extra fields and comment. */
export const directoryEntryBytes = 46;

const signature = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 } as const;
const endBytes = 22;
const end64Bytes = 56;
const locator64Bytes = 20;
const longestComment = 0xffff;
/** What a field holds whose value is in the ZIP64 record. */
const inZip64 = { short: 0xffff, long: 0xffffffff } as const;

/** Reads the end records of an archive. Throws `refuse` where they are missing, damaged or impossible. */
export async function findZipDirectory(source: ByteSource, refuse: ZipRefusal): Promise<DirectoryLocation> {
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
  return requirePossible({ ...short, limit: tailStart + at }, refuse);
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
  refuse: ZipRefusal,
): Promise<DirectoryLocation> {
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
  return requirePossible({ ...directory, limit: start }, refuse);
}

function requirePossible(
  { count, bytes, start, limit }: { count: number; bytes: number; start: number; limit: number },
  refuse: ZipRefusal,
): DirectoryLocation {
  if (start + bytes > limit) throw refuse(`its directory of ${bytes} bytes lies outside of the archive`);
  if (count * directoryEntryBytes > bytes) throw refuse(`${bytes} bytes cannot list its ${count} entries`);
  if (count * localHeaderBytes > start) throw refuse(`${start} bytes cannot hold its ${count} entries`);
  return { count, start, end: start + bytes };
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
