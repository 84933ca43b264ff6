import { KdError } from 'kd-core';
import { type Dataset, digits, joinDatasets } from 'kd-data';
import {
  readCifar10Dataset,
  readCifar100Dataset,
  readIdxDataset,
  readMnistDataset,
  readSvhnDataset,
} from 'kd-data/node';
import type { DatasetConfig, IdxConfig, IdxFilesConfig, SvhnConfig } from '../../config/dataset-config.ts';
import type { OnData } from '../data-progress.ts';
import { readImages, readManifests, readPublishedImages } from '../read-images.ts';
import { openNpzFiles, openTables } from './open-tables.ts';

/** A data set before it is split. */
export interface OpenedDataset {
  /** All samples, or those to train on where there are others to test. */
  readonly train: Dataset;
  readonly test?: Dataset;
}

type Opener<Config> = (config: Config, onData: OnData) => Promise<OpenedDataset>;
type ConfigOf<Name> = Extract<DatasetConfig, { name: Name }>;

const openers: { readonly [Name in DatasetConfig['name']]: Opener<ConfigOf<Name>> } = {
  digits: async () => ({ train: digits() }),
  mnist: (config) => bothParts((part) => readMnistDataset({ ...config, part })),
  'fashion-mnist': (config) => bothParts((part) => readMnistDataset({ ...config, part })),
  cifar10: ({ folder }) => bothParts((part) => readCifar10Dataset({ folder, part })),
  cifar100: ({ folder }) => bothParts((part) => readCifar100Dataset({ folder, part })),
  svhn: openSvhn,
  idx: openIdx,
  npz: openNpzFiles,
  csv: openTables,
  manifest: readManifests,
  images: readImages,
  'tiny-imagenet-200': readPublishedImages,
  imagenet: readPublishedImages,
  cinic10: readPublishedImages,
  'mini-imagenet': readPublishedImages,
  caltech101: readPublishedImages,
};

/**
 * Reads the data set of a configuration; `onData` is told of what takes long. Throws what the readers of `kd-data` throw,
 * and `SHAPE_MISMATCH` for test images of another shape.
 */
export async function openDataset<Config extends DatasetConfig>(
  config: Config,
  onData: OnData,
): Promise<OpenedDataset> {
  const opened = await (openers[config.name] as unknown as Opener<Config>)(config, onData);
  requireAlike(opened);
  return opened;
}

function requireAlike({ train, test }: OpenedDataset): void {
  if (test === undefined || test.inputShape.join() === train.inputShape.join()) return;
  throw new KdError(
    'SHAPE_MISMATCH',
    `Images of '${train.name}' are [${train.inputShape.join(', ')}], but those of '${test.name}', to test on, are [${test.inputShape.join(', ')}]: height, width and channels must be the same.`,
  );
}

/** One after the other, as a part may take all memory that there is while it is read. */
async function bothParts(
  read: (part: 'train' | 'test') => Promise<Dataset>,
): Promise<Required<OpenedDataset>> {
  const train = await read('train');
  return { train, test: await read('test') };
}

async function openSvhn({ folder, extra = false }: SvhnConfig): Promise<OpenedDataset> {
  const { train, test } = await bothParts((part) => readSvhnDataset({ folder, part }));
  if (!extra) return { train, test };
  return { train: joinDatasets([train, await readSvhnDataset({ folder, part: 'extra' })]), test };
}

async function openIdx({ train, test, classNames }: IdxConfig): Promise<OpenedDataset> {
  const read = ({ images, labels }: IdxFilesConfig, part: string): Promise<Dataset> =>
    readIdxDataset({ name: `idx ${part}`, imagesPath: images, labelsPath: labels, classNames });
  return {
    train: await read(train, 'train'),
    ...(test !== undefined && { test: await read(test, 'test') }),
  };
}
