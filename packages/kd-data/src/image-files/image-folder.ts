import { basename } from 'node:path';
import { folderFiles } from './folder-files.ts';
import { type ImageFileOptions, imageFileDataset } from './image-file-dataset.ts';
import type { ImageFileDataset } from './labelled-images.ts';

/**
 * Images in a folder, with the classes of their folders: `CLASS/NAME.jpg`, also below `train/`, `test/` and the like
 * (`split` chooses). Files are read one by one when they are asked for. Throws what `folderFiles` and `imageFileDataset` throw.
 */
export async function imageFolder(path: string, options: ImageFileOptions = {}): Promise<ImageFileDataset> {
  return imageFileDataset(await folderFiles(path), { name: basename(path), ...options });
}
