import type { ByteSource } from 'kd-core';
import { openArchive } from '../archives/open-archive.ts';
import type { ArchiveFilesOptions, ImageFiles } from './image-files.ts';

/**
 * The files of a ZIP, tar or tar.gz archive, with tar archives in a tar archive as folders. Entries are read one by one when
 * they are asked for, nothing is written, and only tar.gz is expanded as a whole, into memory. In Node,
 * `openAsBlob(path)` of `node:fs` gives a file as a `Blob`.
 *
 * Throws `PARSE` for an archive that is damaged or hostile (see `readZipDirectory`; the same holds for tar), and `UNSUPPORTED`
 * for other compressions, links, devices and more bytes than `largestBytes`.
 */
export async function archiveFiles(
  source: ByteSource,
  options: ArchiveFilesOptions = {},
): Promise<ImageFiles> {
  const { name, ...limits } = options;
  const quoted = name === undefined ? 'archive' : `archive '${name}'`;
  const { sizes, read } = await openArchive(source, { what: `the ${quoted}`, ...limits });
  return {
    what: `The ${quoted}`,
    paths: [...sizes.keys()],
    read,
    spec: { kind: 'archive', source, options },
  };
}
