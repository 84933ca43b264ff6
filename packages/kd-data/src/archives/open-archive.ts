import { type ByteSource, byteLengthOf, KdError, readBytes } from 'kd-core';
import { gunzipSource } from './gunzip-source.ts';
import { blockBytes, isZeroBlock, parseTarHeader } from './tar/parse-tar-header.ts';
import { readTarDirectory } from './tar/read-tar-directory.ts';
import { openZip } from './zip-archive.ts';

/** The files of an archive, read one by one, in any order. */
export interface Archive {
  /** Their paths in the archive's order, and their sizes in bytes. */
  readonly sizes: ReadonlyMap<string, number>;
  /** The content of a file. Throws `PARSE` with its name when it is damaged. */
  read(path: string): Promise<Uint8Array>;
}

export interface OpenArchiveOptions {
  /** Names the archive in messages, such as `the archive 'train.tar'`. */
  readonly what: string;
  /** Bytes that a compressed tar archive may expand to in memory. Default 4 GiB. */
  readonly largestBytes?: number;
}

const defaultLargestBytes = 2 ** 32;

/** Compressions that no browser expands, by the first bytes of a file. */
const unreadable: readonly [name: string, begins: readonly number[]][] = [
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['Zstandard', [0x28, 0xb5, 0x2f, 0xfd]],
  ['7z', [0x37, 0x7a, 0xbc, 0xaf]],
  ['RAR', [0x52, 0x61, 0x72, 0x21]],
];

/**
 * Opens a ZIP, tar or tar.gz archive, told apart by their first bytes. Of ZIP and tar only directories and headers are read; a
 * compressed tar archive is expanded into memory, as nothing in it can be found otherwise. Throws what `readZipDirectory` and
 * `readTarDirectory` throw, `UNSUPPORTED` for other compressions, and `PARSE` for what is no archive.
 */
export async function openArchive(
  source: ByteSource,
  { what, largestBytes = defaultLargestBytes }: OpenArchiveOptions,
): Promise<Archive> {
  const head = await readBytes(source, 0, Math.min(byteLengthOf(source), blockBytes));
  if (head[0] === 0x1f && head[1] === 0x8b) {
    return openTar(await gunzipSource(source, { what, largestBytes }), what);
  }
  const foreign = unreadable.find(([, begins]) => begins.every((byte, at) => head[at] === byte));
  if (foreign !== undefined) {
    throw new KdError(
      'UNSUPPORTED',
      `Cannot read ${what}: it is compressed by ${foreign[0]}. ZIP, tar and tar.gz archives can be read: unpack it, and give the folder.`,
    );
  }
  if (isTar(head)) return openTar(source, what);
  const { entries, read } = await openZip(source, what);
  return {
    sizes: new Map([...entries].map(([path, { size }]) => [path, size])),
    read: (path) => read(entries.get(path)!),
  };
}

/** An archive without files is two blocks of zeros. */
function isTar(head: Uint8Array): boolean {
  return head.length === blockBytes && (parseTarHeader(head) !== undefined || isZeroBlock(head));
}

const nested = /\.tar$/i;

/** The files of a tar archive; those of archives within it, as ImageNet's training images come, below folders of their names. */
async function openTar(source: ByteSource, what: string): Promise<Archive> {
  const places = new Map<string, { readonly begin: number; readonly size: number }>();
  for (const [path, { offset, size }] of await readTarDirectory(source, what)) {
    if (!nested.test(path)) {
      places.set(path, { begin: offset, size });
      continue;
    }
    const inner =
      source instanceof Uint8Array
        ? source.subarray(offset, offset + size)
        : source.slice(offset, offset + size);
    for (const [name, entry] of await readTarDirectory(inner, `'${path}' in ${what}`)) {
      const place = `${path.replace(nested, '')}/${name}`;
      if (places.has(place))
        throw new KdError('PARSE', `Cannot read ${what}: it has two entries '${place}'.`);
      places.set(place, { begin: offset + entry.offset, size: entry.size });
    }
  }
  return {
    sizes: new Map([...places].map(([path, { size }]) => [path, size])),
    read(path) {
      const { begin, size } = places.get(path)!;
      return readBytes(source, begin, begin + size);
    },
  };
}
