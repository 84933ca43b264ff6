import type { ByteSource } from 'kd-core';
import { archiveFiles } from './archive-files.ts';
import { type ImageFileOptions, imageFileDataset } from './image-file-dataset.ts';
import type { ImageFileDataset } from './labelled-images.ts';

/**
 * Images in a ZIP, tar or tar.gz archive, with the classes of their folders: `CLASS/NAME.jpg`, also below `train/`,
 * `test/` and the like (`split` chooses). Throws what `archiveFiles` and `imageFileDataset` throw.
 */
export async function imageArchive(
  source: ByteSource,
  options: ImageFileOptions = {},
): Promise<ImageFileDataset> {
  const files = await archiveFiles(source, options.name === undefined ? {} : { name: options.name });
  return imageFileDataset(files, { name: 'images', ...options });
}
