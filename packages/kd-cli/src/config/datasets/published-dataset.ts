import { KdError } from 'kd-core';
import { datasetEntry } from 'kd-data';
import { findDataFiles } from 'kd-data/node';
import type {
  Cifar10Config,
  Cifar100Config,
  FashionMnistConfig,
  MnistConfig,
  SvhnConfig,
} from '../dataset-config.ts';
import type { ConfigProblem } from '../describe-issues.ts';
import type { DatasetKind } from './dataset-kind.ts';

type PublishedConfig = MnistConfig | FashionMnistConfig | Cifar10Config | Cifar100Config | SvhnConfig;

/** A data set of the catalogue in a folder of its files, with a part for testing. */
export const publishedDataset: DatasetKind<PublishedConfig> = {
  withAbsoluteFiles: (config, absolute) =>
    config.folder === undefined ? config : { ...config, folder: absolute(config.folder) },
  problems(config) {
    const parts =
      config.name === 'svhn' && config.extra === true ? ['train', 'test', 'extra'] : ['train', 'test'];
    // A folder that holds nothing of it is one problem, not one a part.
    return parts.flatMap((part) => problemOf(config, part)).slice(0, 1);
  },
  ownTest: ({ name }) => `${datasetEntry(name).title} has test samples of its own`,
};

function problemOf({ name, folder }: PublishedConfig, part: string): ConfigProblem[] {
  try {
    findDataFiles({ dataset: name, folder, part });
    return [];
  } catch (error) {
    if (!KdError.isInstance(error)) throw error;
    const problem = folder === undefined ? 'is needed' : 'is not right';
    return [{ path: 'dataset.folder', message: `${problem}: ${error.message}` }];
  }
}
