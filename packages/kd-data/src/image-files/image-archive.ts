import type { ByteSource } from 'kd-core';
import { openZip } from '../archives/zip-archive.ts';
import { type ImageFileOptions, imageFileDataset } from './image-file-dataset.ts';
import type { ImageFileDataset } from './labelled-images.ts';

/**
 * JPEG and PNG images in a ZIP archive, with the classes of their folders: `CLASS/NAME.jpg`, also below `train/`,
 * `test/` and the like (`split` chooses). Entries are read one by one when they are asked for; the archive is never
 * expanded as a whole, and nothing is written. In Node, `openAsBlob(path)` of `node:fs` gives a file as a `Blob`.
 *
 * Throws `PARSE` for an archive that is damaged or hostile (see `readZipDirectory`), and what `imageFileDataset` throws.
 */
export async function imageArchive(
  source: ByteSource,
  options: ImageFileOptions = {},
): Promise<ImageFileDataset> {
  const what = options.name === undefined ? 'The archive' : `The archive '${options.name}'`;
  const { entries, read } = await openZip(source, what.replace('The', 'the'));
  return imageFileDataset(
    { what, paths: [...entries.keys()], read: (path) => read(entries.get(path)!) },
    { name: 'images', ...options },
  );
}
