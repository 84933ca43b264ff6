import { type ByteSource, byteLengthOf, KdError, unsafeName } from 'kd-core';
import { blockBytes, isZeroBlock, parseTarHeader, type TarHeader } from './parse-tar-header.ts';
import { parsePaxRecords } from './pax-records.ts';
import { windowOn } from './window-on.ts';

/** A file of a tar archive, and where its content lies. */
export interface TarEntry {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** Paths and sizes in extended headers are short; what is longer was made to fill memory. */
const largestExtension = 2 ** 20;

const kinds: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a pipe',
  S: 'a sparse file',
};

/**
 * The files of a tar archive (ustar, pax, GNU long names) by name, in their order; folders are left out. Only headers are
 * read. `what` is the archive in messages, such as `the archive 'train.tar'`.
 * Throws `PARSE` for an archive that is damaged, cut off (it has no end block), names a path outside of its root or one path twice,
 * and `UNSUPPORTED` for links, devices, pipes and sparse files, which are not followed.
 */
export async function readTarDirectory(
  source: ByteSource,
  what: string,
): Promise<ReadonlyMap<string, TarEntry>> {
  const refuse = (reason: string): KdError => new KdError('PARSE', `Cannot read ${what}: ${reason}.`);
  const entries = new Map<string, TarEntry>();
  const length = byteLengthOf(source);
  const read = windowOn(source);
  let overall: Extension = {};
  let next: Extension = {};
  for (let at = 0; ; ) {
    if (at + blockBytes > length) throw refuse('it is cut off: its end is not there');
    const block = await read(at, at + blockBytes);
    if (isZeroBlock(block)) return entries;
    const header = parseTarHeader(block);
    if (header === undefined) throw refuse(`the header at byte ${at} is damaged`);
    const { size = header.size, path = header.name } = { ...overall, ...next };
    const isExtension = 'xgLK'.includes(header.type);
    const bytes = isExtension ? header.size : size;
    const offset = at + blockBytes;
    at = offset + Math.ceil(bytes / blockBytes) * blockBytes;
    if (!(offset + bytes <= length)) {
      throw refuse(
        `its entry ${quoted(path)} of ${bytes} bytes goes on after its end: it is cut off or damaged`,
      );
    }
    if (isExtension) {
      if (bytes > largestExtension) throw refuse(`the name of an entry takes ${bytes} bytes`);
      const extension = extensionOf(header, await read(offset, offset + bytes));
      if (extension === undefined) throw refuse(`the extended header at byte ${offset} is damaged`);
      if (header.type === 'g') overall = { ...overall, ...extension };
      else next = { ...next, ...extension };
      continue;
    }
    next = {};
    const name = plainName(path);
    if (header.type === '5' || (header.type === '0' && path.endsWith('/'))) {
      // The root itself is listed as './'.
      if (name !== '') requireSafe(name, refuse);
      continue;
    }
    requireSafe(name, refuse);
    requireFile(name, header.type, what);
    if (entries.has(name)) throw refuse(`it has two entries ${quoted(name)}`);
    entries.set(name, { name, offset, size });
  }
}

/** What the headers before an entry's own say of it. */
interface Extension {
  readonly path?: string;
  readonly size?: number;
}

function extensionOf({ type }: TarHeader, content: Uint8Array): Extension | undefined {
  // Names of what links point to, which are refused with the link.
  if (type === 'K') return {};
  if (type === 'L') {
    const zero = content.indexOf(0);
    return { path: new TextDecoder().decode(zero === -1 ? content : content.subarray(0, zero)) };
  }
  const records = parsePaxRecords(content);
  if (records === undefined) return undefined;
  const path = records.get('path');
  const size = records.get('size');
  if (size !== undefined && !(/^\d+$/.test(size) && Number.isSafeInteger(Number(size)))) return undefined;
  return { ...(path !== undefined && { path }), ...(size !== undefined && { size: Number(size) }) };
}

/** A path without the `./` that many archives begin paths with, and without the slash at the end of a folder's. */
function plainName(path: string): string {
  return path
    .replace(/^(\.\/+)+/, '')
    .replace(/^\.$/, '')
    .replace(/\/$/, '');
}

function requireSafe(name: string, refuse: (reason: string) => KdError): void {
  const unsafe = unsafeName(name);
  if (unsafe !== undefined) throw refuse(`its entry ${quoted(name)} ${unsafe}`);
}

function requireFile(name: string, type: string, what: string): void {
  if (type === '0' || type === '7') return;
  const kind = kinds[type] ?? `of the unknown type ${quoted(type)}`;
  throw new KdError(
    'UNSUPPORTED',
    `Entry ${quoted(name)} of ${what} is ${kind}; only files and folders are read. Unpack the archive yourself, and give the folder.`,
  );
}

function quoted(name: string): string {
  return `'${JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}...` : name).slice(1, -1)}'`;
}
