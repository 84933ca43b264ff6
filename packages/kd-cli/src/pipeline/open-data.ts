import { prngKey } from 'kd-core';
import { type Dataset, digits, type NormalizeOptions, stratifiedSplit } from 'kd-data';
import { readCifar100Dataset, readIdxDataset } from 'kd-data/node';
import { buildNormalization } from '../config/build-augmentation.ts';
import type { DistillConfig } from '../config/config.ts';
import type { IdxConfig, IdxFilesConfig, SplitConfig } from '../config/dataset-config.ts';
import type { DatasetFacts } from '../report/report-data.ts';
import type { OnData } from './data-progress.ts';
import { readImages } from './read-images.ts';

/** Disjoint parts of a data set, each class in proportion. */
export interface DataSplits {
  readonly train: Dataset;
  /** The part of `train` that students learn from. */
  readonly transfer: Dataset;
  /** For choosing settings. */
  readonly validation: Dataset;
  /** For the numbers that are reported. */
  readonly test: Dataset;
  /** What networks are shown instead of pixels from 0 to 1. */
  readonly normalization?: NormalizeOptions;
}

const defaults = { transfer: 1, validation: 0.15, test: 0.25, seed: 0 };

/**
 * Reads and splits the data set of a configuration; `onData` is told of what takes long. Throws what the readers of
 * `kd-data` throw.
 */
export async function openData(
  { normalization, ...parts }: Pick<DistillConfig, 'dataset' | 'split' | 'normalization'>,
  onData: OnData = () => {},
): Promise<DataSplits> {
  const splits = withTransfer(await openSplits(parts, onData), parts.split);
  if (normalization === undefined) return splits;
  return { ...splits, normalization: buildNormalization(normalization, splits.train.inputShape[2]) };
}

async function openSplits(
  { dataset, split }: Pick<DistillConfig, 'dataset' | 'split'>,
  onData: OnData,
): Promise<Omit<DataSplits, 'transfer'>> {
  if (dataset.name === 'digits') return splitThree(digits(), split);
  if (dataset.name === 'cifar100') {
    const { folder } = dataset;
    const train = await readCifar100Dataset({ folder, part: 'train' });
    return { ...splitTwo(train, split), test: await readCifar100Dataset({ folder, part: 'test' }) };
  }
  if (dataset.name === 'images') {
    const { train, test } = await readImages(dataset, onData);
    return test === undefined ? splitThree(train, split) : { ...splitTwo(train, split), test };
  }
  const train = await readFiles(dataset, dataset.train, 'train');
  if (dataset.test === undefined) return splitThree(train, split);
  return { ...splitTwo(train, split), test: await readFiles(dataset, dataset.test, 'test') };
}

/** What a report says about the data. */
export function describeData(name: string, { train, transfer, validation, test }: DataSplits): DatasetFacts {
  return {
    name,
    classes: train.classes,
    inputShape: train.inputShape,
    samples: {
      train: train.length,
      transfer: transfer.length,
      validation: validation.length,
      test: test.length,
    },
    ...(train.attribution !== undefined && { attribution: train.attribution }),
  };
}

function withTransfer(splits: Omit<DataSplits, 'transfer'>, split: SplitConfig = {}): DataSplits {
  const { transfer: share = defaults.transfer, seed = defaults.seed } = split;
  if (share === 1) return { ...splits, transfer: splits.train };
  const { transfer } = stratifiedSplit(splits.train, {
    fractions: { transfer: share, teacherOnly: 1 - share },
    key: prngKey(seed),
  });
  return { ...splits, transfer };
}

function splitTwo(dataset: Dataset, split: SplitConfig = {}): Pick<DataSplits, 'train' | 'validation'> {
  const { validation = defaults.validation, seed = defaults.seed } = split;
  return stratifiedSplit(dataset, {
    fractions: { train: 1 - validation, validation },
    key: prngKey(seed),
  });
}

function splitThree(dataset: Dataset, split: SplitConfig = {}): Omit<DataSplits, 'transfer'> {
  const { validation = defaults.validation, test = defaults.test, seed = defaults.seed } = split;
  return stratifiedSplit(dataset, {
    fractions: { train: 1 - validation - test, validation, test },
    key: prngKey(seed),
  });
}

function readFiles(
  { classNames }: IdxConfig,
  { images, labels }: IdxFilesConfig,
  part: string,
): Promise<Dataset> {
  return readIdxDataset({ name: `idx ${part}`, imagesPath: images, labelsPath: labels, classNames });
}
