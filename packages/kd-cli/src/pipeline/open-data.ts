import { prngKey } from 'kd-core';
import { type Dataset, type NormalizeOptions, stratifiedSplit } from 'kd-data';
import { buildNormalization } from '../config/build-normalization.ts';
import type { DistillConfig } from '../config/config.ts';
import type { SplitConfig } from '../config/dataset-config.ts';
import type { DatasetFacts } from '../report/report-data.ts';
import type { OnData } from './data-progress.ts';
import { openDataset } from './datasets/open-dataset.ts';

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
  return {
    ...splits,
    normalization: buildNormalization(normalization, {
      channels: splits.train.inputShape[2],
      dataset: parts.dataset.name,
    }),
  };
}

async function openSplits(
  { dataset, split }: Pick<DistillConfig, 'dataset' | 'split'>,
  onData: OnData,
): Promise<Omit<DataSplits, 'transfer'>> {
  const { train, test } = await openDataset(dataset, onData);
  return test === undefined ? splitThree(train, split) : { ...splitTwo(train, split), test };
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
