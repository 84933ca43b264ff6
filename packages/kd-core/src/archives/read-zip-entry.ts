import { type ByteSource, byteLengthOf, readBytes } from '../serialization/byte-source.ts';
import { viewOf } from './find-zip-directory.ts';
import { localHeaderBytes, type ZipEntry } from './zip-entry.ts';
import { quoted, zipRefusal } from './zip-refusal.ts';

const localSignature = 0x04034b50;
/** Extra fields of local headers are short; with this much read beyond them, one read is nearly always enough. */
const usualExtraBytes = 64;

/**
 * The bytes of an entry of `readZipDirectory`, as they are in the archive (compressed, encrypted), as a source of their own of
 * which nothing is read yet. Throws `PARSE` when its local header is damaged.
 */
export async function openZipEntry(source: ByteSource, entry: ZipEntry, what: string): Promise<ByteSource> {
  const header = await readBytes(source, entry.offset, entry.offset + localHeaderBytes);
  const begin = entry.offset + contentOffset(header, source, entry, what);
  const end = begin + entry.compressedSize;
  return source instanceof Uint8Array ? source.subarray(begin, end) : source.slice(begin, end);
}

/** The same bytes, read; of a `Blob` at one go where the local header has the usual length. */
export async function readZipEntry(source: ByteSource, entry: ZipEntry, what: string): Promise<Uint8Array> {
  const { offset, name, compressedSize } = entry;
  const nameBytes = new TextEncoder().encode(name).length;
  const guess = offset + localHeaderBytes + nameBytes + compressedSize + usualExtraBytes;
  const bytes = await readBytes(source, offset, Math.min(byteLengthOf(source), guess));
  const begin = contentOffset(bytes, source, entry, what);
  const end = begin + compressedSize;
  return end <= bytes.length ? bytes.subarray(begin, end) : readBytes(source, offset + begin, offset + end);
}

/** Bytes of the local header, whose extra fields need not be those of the directory. */
function contentOffset(
  header: Uint8Array,
  source: ByteSource,
  { name, offset, compressedSize }: ZipEntry,
  what: string,
): number {
  const view = viewOf(header);
  const damaged = (reason: string): Error =>
    zipRefusal(what)(`its entry ${quoted(name)} is damaged: ${reason}`);
  if (view.getUint32(0, true) !== localSignature) throw damaged('its local header is not there');
  const begin = localHeaderBytes + view.getUint16(26, true) + view.getUint16(28, true);
  if (offset + begin + compressedSize > byteLengthOf(source)) throw damaged('it ends outside of the archive');
  return begin;
}
