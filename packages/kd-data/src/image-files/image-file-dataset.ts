import { builtInDecoder } from '../images/built-in-decoder.ts';
import { type FileLayoutOptions, layOutFiles } from './file-layout.ts';
import type { ImageFiles } from './image-files.ts';
import { type ImageFileDataset, type ImageReadingOptions, labelledImages } from './labelled-images.ts';

export interface ImageFileOptions extends ImageReadingOptions, Omit<FileLayoutOptions, 'extensions'> {}

/**
 * A data set of image files with the classes that their folders tell. Throws what `layOutFiles` and `labelledImages`
 * throw.
 */
export async function imageFileDataset(
  files: ImageFiles,
  { split, classNames, decoder = builtInDecoder, ...reading }: ImageFileOptions = {},
): Promise<ImageFileDataset> {
  const layout = {
    extensions: decoder.extensions,
    ...(split !== undefined && { split }),
    ...(classNames !== undefined && { classNames }),
  };
  return labelledImages(files, layOutFiles(files.paths, layout, files.what), { ...reading, decoder });
}
