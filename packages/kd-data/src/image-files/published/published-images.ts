import { KdError, requireArgument } from 'kd-core';
import { datasetEntry } from '../../catalog/catalog.ts';
import { builtInDecoder } from '../../images/built-in-decoder.ts';
import { layOutFiles } from '../file-layout.ts';
import type { ImageFiles } from '../image-files.ts';
import { type ImageFileDataset, type ImageReadingOptions, labelledImages } from '../labelled-images.ts';
import { layOutCaltech101 } from './caltech101.ts';
import { layOutImagenet } from './imagenet.ts';
import type { LayoutReader } from './layout-reader.ts';
import { layOutMiniImagenet } from './mini-imagenet.ts';
import { layOutTinyImagenet } from './tiny-imagenet.ts';

/** Data sets that are published as image files, by their names in the catalogue. */
export type PublishedImagesName =
  | 'caltech101'
  | 'cinic10'
  | 'imagenet'
  | 'mini-imagenet'
  | 'tiny-imagenet-200';

export interface PublishedImagesOptions extends ImageReadingOptions {
  readonly dataset: PublishedImagesName;
  /** One of `publishedParts(dataset)`. */
  readonly part: string;
  /** Where they are: `archiveFiles` or `folderFiles`. */
  readonly files: ImageFiles;
  /** Of Caltech-101, how many images of each class are for training. Default 30. */
  readonly perClass?: number;
  /** Of Caltech-101, what draws them. Default 0. */
  readonly seed?: number;
}

interface PublishedLayout {
  readonly parts: readonly string[];
  readonly layOut: LayoutReader;
}

const layouts: Readonly<Record<PublishedImagesName, PublishedLayout>> = {
  caltech101: { parts: ['train', 'test', 'all'], layOut: layOutCaltech101 },
  cinic10: {
    parts: ['train', 'valid', 'test'],
    layOut: async ({ paths, what }, { part, extensions }) =>
      layOutFiles(paths, { split: part, extensions, classNames: datasetEntry('cinic10').classNames! }, what),
  },
  imagenet: { parts: ['train', 'val'], layOut: layOutImagenet },
  'mini-imagenet': { parts: ['train', 'val', 'test', 'all'], layOut: layOutMiniImagenet },
  'tiny-imagenet-200': { parts: ['train', 'val'], layOut: layOutTinyImagenet },
};

const defaults = { perClass: 30, seed: 0 } as const;

/** The data sets that `publishedImages` knows. */
export const publishedImagesNames: readonly PublishedImagesName[] = Object.keys(
  layouts,
) as PublishedImagesName[];

/** The parts that a data set can be read in. */
export function publishedParts(dataset: PublishedImagesName): readonly string[] {
  return layouts[dataset].parts;
}

/**
 * A part of a published data set of images, in the layout that its authors give it; which that is, the catalogue says
 * (`datasetEntry`). Grey images among colours are given as RGB unless `channels` says otherwise. Throws `INVALID_ARGUMENT` with what was
 * found for files in another layout, and what `labelledImages` throws.
 */
export async function publishedImages({
  dataset,
  part,
  files,
  perClass = defaults.perClass,
  seed = defaults.seed,
  ...reading
}: PublishedImagesOptions): Promise<ImageFileDataset> {
  const layout: PublishedLayout | undefined = layouts[dataset];
  if (layout === undefined) {
    const known = publishedImagesNames.map((name) => `'${name}'`);
    throw new KdError(
      'INVALID_ARGUMENT',
      `dataset must be one of ${known.join(', ')}, got '${dataset}'. Other images in folders of their classes: imageArchive and imageFolder.`,
    );
  }
  requireArgument(
    layout.parts.includes(part),
    () => `The parts of ${dataset} are ${layout.parts.map((name) => `'${name}'`).join(', ')}, got '${part}'.`,
  );
  requireArgument(
    Number.isInteger(perClass) && perClass > 0,
    () => `perClass must be a whole number of at least 1, got ${perClass}.`,
  );
  const { extensions } = reading.decoder ?? builtInDecoder;
  const found = await layout.layOut(files, { part, extensions, perClass, seed });
  return labelledImages(files, found, {
    name: `${dataset} ${part}`,
    channels: 3,
    attribution: datasetEntry(dataset).attribution,
    ...reading,
  });
}
