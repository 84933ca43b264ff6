import { type ByteSource, byteLengthOf, KdError, readBytes } from 'kd-core';
import { pickleFailure } from '../pickle/pickle-values.ts';

/** A file of a ZIP archive. */
export interface ArchiveEntry {
  readonly name: string;
  /** Of its local header. */
  readonly offset: number;
  /** In the archive. */
  readonly size: number;
  /** Whether its bytes are in the archive as they are, neither compressed nor encrypted. */
  readonly stored: boolean;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const END64_SIGNATURE = 0x06064b50;
const END64_BYTES = 56;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 0xffff;
const IN_ZIP64_FIELD = 0xffffffff;
const ZIP64_FIELD = 1;

/**
 * The files of a ZIP archive (PKWARE APPNOTE.TXT 6.3; ZIP64 included). Throws `PARSE` for a damaged directory, and for files
 * that lie outside of the archive or twice in it.
 */
export async function readEntries(source: ByteSource): Promise<ReadonlyMap<string, ArchiveEntry>> {
  const { begin, end, count } = await findDirectory(source);
  const view = viewOf(await readBytes(source, begin, end));
  const decoder = new TextDecoder();
  const entries = new Map<string, ArchiveEntry>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + ENTRY_BYTES > view.byteLength || view.getUint32(at, true) !== ENTRY_SIGNATURE)
      throw damagedDirectory();
    const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    if (extraEnd > view.byteLength) throw damagedDirectory();
    const name = decoder.decode(bytesOf(view, at + ENTRY_BYTES, nameEnd));
    const entry = readEntry(name, viewOf(bytesOf(view, at, extraEnd)), nameEnd - at);
    if (entries.has(name)) throw pickleFailure(`the archive has two files '${name}'.`);
    if (entry.offset + LOCAL_BYTES + entry.size > begin) {
      throw pickleFailure(`the file '${name}' does not lie within the archive.`);
    }
    entries.set(name, entry);
    at = extraEnd + view.getUint16(at + 32, true);
  }
  return entries;
}

/**
 * The content of a file as a source of its own. Throws `PARSE` when its header contradicts the directory, `UNSUPPORTED` for
 * a compressed file: PyTorch compresses none, and reading single tensors of one would mean to unpack it each time.
 */
export async function openEntry(
  source: ByteSource,
  { name, offset, size, stored }: ArchiveEntry,
): Promise<ByteSource> {
  if (!stored) {
    throw new KdError(
      'UNSUPPORTED',
      `The file '${name.slice(0, 200)}' of the PyTorch archive is compressed or encrypted; torch.save stores its files as they are. Load the file in PyTorch and save it anew.`,
    );
  }
  const header = viewOf(await readBytes(source, offset, offset + LOCAL_BYTES));
  const begin = offset + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  if (header.getUint32(0, true) !== LOCAL_SIGNATURE || begin + size > byteLengthOf(source)) {
    throw pickleFailure(`the file '${name}' of the archive is damaged.`);
  }
  return source instanceof Uint8Array
    ? source.subarray(begin, begin + size)
    : source.slice(begin, begin + size);
}

interface Directory {
  readonly begin: number;
  readonly end: number;
  readonly count: number;
}

async function findDirectory(source: ByteSource): Promise<Directory> {
  const length = byteLengthOf(source);
  const tailBegin = Math.max(0, length - END_BYTES - LONGEST_COMMENT - LOCATOR_BYTES);
  const tail = viewOf(await readBytes(source, tailBegin, length));
  const at = endRecordIn(tail);
  const locator = at - LOCATOR_BYTES;
  if (locator >= 0 && tail.getUint32(locator, true) === LOCATOR_SIGNATURE) {
    return findDirectory64(source, Number(tail.getBigUint64(locator + 8, true)), tailBegin + locator);
  }
  const count = tail.getUint16(at + 10, true);
  const begin = tail.getUint32(at + 16, true);
  return checkedDirectory({ begin, end: begin + tail.getUint32(at + 12, true), count }, tailBegin + at);
}

function endRecordIn(tail: DataView): number {
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (
      tail.getUint32(at, true) === END_SIGNATURE &&
      at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength
    ) {
      return at;
    }
  }
  throw pickleFailure('the archive has no directory at its end. Is the file complete?');
}

async function findDirectory64(source: ByteSource, at: number, limit: number): Promise<Directory> {
  if (at + END64_BYTES > limit) throw damagedDirectory();
  const record = viewOf(await readBytes(source, at, at + END64_BYTES));
  if (record.getUint32(0, true) !== END64_SIGNATURE) throw damagedDirectory();
  const begin = Number(record.getBigUint64(48, true));
  const end = begin + Number(record.getBigUint64(40, true));
  return checkedDirectory({ begin, end, count: Number(record.getBigUint64(32, true)) }, at);
}

function checkedDirectory(directory: Directory, limit: number): Directory {
  const { begin, end, count } = directory;
  if (end > limit || count * ENTRY_BYTES > end - begin || count * LOCAL_BYTES > begin)
    throw damagedDirectory();
  return directory;
}

function readEntry(name: string, record: DataView, nameEnd: number): ArchiveEntry {
  const field = zip64FieldOf(record, nameEnd);
  let next = 0;
  const sized = (at: number): number => {
    const value = record.getUint32(at, true);
    if (value !== IN_ZIP64_FIELD) return value;
    if (field === undefined || next + 8 > field.byteLength) throw damagedDirectory();
    const large = Number(field.getBigUint64(next, true));
    next += 8;
    return large;
  };
  // In the order of the ZIP64 field.
  const contentSize = sized(24);
  const size = sized(20);
  const offset = sized(42);
  const encrypted = (record.getUint16(8, true) & 1) === 1;
  const stored = record.getUint16(10, true) === 0 && !encrypted;
  if (stored && size !== contentSize) throw pickleFailure(`the file '${name}' of the archive has two sizes.`);
  return { name, offset, size, stored };
}

function zip64FieldOf(record: DataView, nameEnd: number): DataView | undefined {
  for (let at = nameEnd; at + 4 <= record.byteLength; ) {
    const end = Math.min(record.byteLength, at + 4 + record.getUint16(at + 2, true));
    if (record.getUint16(at, true) === ZIP64_FIELD) return viewOf(bytesOf(record, at + 4, end));
    at = end;
  }
  return undefined;
}

function damagedDirectory(): KdError {
  return pickleFailure('the directory of the archive is damaged.');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bytesOf(view: DataView, begin: number, end: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + begin, end - begin);
}
