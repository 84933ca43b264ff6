import { basename, dirname } from 'node:path';
import { KdError } from 'kd-core';
import {
  type Dataset,
  type ImageFileDataset,
  type ImageReadingOptions,
  imageFileDataset,
  intoMemory,
  manifestImages,
  type PublishedImagesName,
  publishedImages,
} from 'kd-data';
import { datasetFolder, openImageFiles, sharpDecoder } from 'kd-data/node';
import type {
  Caltech101Config,
  ImageReadingConfig,
  ImagesConfig,
  MiniImagenetConfig,
  PublishedImagesConfig,
} from '../config/image-dataset-config.ts';
import type { ManifestConfig, ManifestPartConfig } from '../config/table-dataset-config.ts';
import type { OnData } from './data-progress.ts';

interface Parts<Part> {
  readonly train: Part;
  readonly test?: Part;
}

/**
 * The images of a configuration, decoded into memory; those for testing with the classes and the shape of those for training.
 * Throws `SHAPE_MISMATCH` when they have another shape, and what `openImageFiles`, `imageFileDataset` and `intoMemory` throw.
 */
export async function readImages(config: ImagesConfig, onData: OnData): Promise<Parts<Dataset>> {
  const { train, test, classNames } = config;
  const reading = await readingOptions(config);
  const open = async (path: string, names: readonly string[] | undefined): Promise<ImageFileDataset> => {
    const given = { name: basename(path), ...reading, ...(names !== undefined && { classNames: names }) };
    return imageFileDataset(await openImageFiles(path), given);
  };
  const opened = await open(train, classNames);
  return decodeParts(
    { train: opened, ...(test !== undefined && { test: await open(test, opened.classNames) }) },
    onData,
  );
}

/** The images of lists, decoded into memory. Throws what `manifestImages` and `intoMemory` throw. */
export async function readManifests(config: ManifestConfig, onData: OnData): Promise<Parts<Dataset>> {
  const { train, test, classNames } = config;
  const reading = await readingOptions(config);
  const open = async (
    { file, split }: ManifestPartConfig,
    names: readonly string[] | undefined,
  ): Promise<ImageFileDataset> =>
    manifestImages(await openImageFiles(dirname(file)), {
      manifest: basename(file),
      ...(split !== undefined && { split }),
      ...(names !== undefined && { classNames: names }),
      ...reading,
    });
  const opened = await open(train, classNames);
  return decodeParts(
    { train: opened, ...(test !== undefined && { test: await open(test, opened.classNames) }) },
    onData,
  );
}

/** The parts of published data sets to train and test on. */
const parts: Readonly<Record<PublishedImagesName, Parts<string>>> = {
  'tiny-imagenet-200': { train: 'train', test: 'val' },
  imagenet: { train: 'train', test: 'val' },
  cinic10: { train: 'train', test: 'test' },
  'mini-imagenet': { train: 'all' },
  caltech101: { train: 'train', test: 'test' },
};

/** A published data set of images, decoded into memory. Throws what `publishedImages` and `intoMemory` throw. */
export async function readPublishedImages(
  config: PublishedImagesConfig | MiniImagenetConfig | Caltech101Config,
  onData: OnData,
): Promise<Parts<Dataset>> {
  const { name, path = datasetFolder(name) } = config;
  const files = await openImageFiles(path);
  const reading = await readingOptions(config);
  const drawn = name === 'caltech101' ? config : {};
  const { perClass, seed } = drawn as Partial<Caltech101Config>;
  const open = (part: string): Promise<ImageFileDataset> =>
    publishedImages({
      dataset: name,
      part,
      files,
      ...(perClass !== undefined && { perClass }),
      ...(seed !== undefined && { seed }),
      ...reading,
    });
  const { train, test } = parts[name];
  return decodeParts(
    { train: await open(train), ...(test !== undefined && { test: await open(test) }) },
    onData,
  );
}

async function readingOptions({
  size,
  fit,
  shorterSide,
  filter,
  channels,
  decoder,
}: ImageReadingConfig): Promise<ImageReadingOptions> {
  return {
    ...(size !== undefined && { size }),
    ...(fit !== undefined && { fit }),
    ...(shorterSide !== undefined && { shorterSide }),
    ...(filter !== undefined && { filter }),
    ...(channels !== undefined && { channels }),
    ...(decoder === 'sharp' && { decoder: await sharpDecoder() }),
  };
}

/** All parts are open before one is read, so that what does not fit is told at once. */
async function decodeParts(
  { train, test }: Parts<ImageFileDataset>,
  onData: OnData,
): Promise<Parts<Dataset>> {
  if (test !== undefined && test.inputShape.join() !== train.inputShape.join()) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `Images of '${train.name}' are [${train.inputShape.join(', ')}], but those of '${test.name}' are [${test.inputShape.join(', ')}]: height, width and channels must be the same. Say dataset.size, and channels, to make them so.`,
    );
  }
  const read = (dataset: ImageFileDataset, part: string): Promise<Dataset> =>
    intoMemory(dataset, { onProgress: (done, all) => onData(part, done, all) });
  return {
    train: await read(train, 'training images'),
    ...(test !== undefined && { test: await read(test, 'test images') }),
  };
}
