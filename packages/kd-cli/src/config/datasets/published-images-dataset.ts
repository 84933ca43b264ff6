import { datasetEntry } from 'kd-data';
import type { Caltech101Config, MiniImagenetConfig, PublishedImagesConfig } from '../image-dataset-config.ts';
import type { DatasetKind } from './dataset-kind.ts';
import { imageSizeProblem } from './image-size-problem.ts';
import { unreadableFile } from './unreadable-file.ts';

/** A data set of the catalogue that is published as image files. */
export const publishedImagesDataset: DatasetKind<
  PublishedImagesConfig | MiniImagenetConfig | Caltech101Config
> = {
  withAbsoluteFiles: (config, absolute) => ({ ...config, path: absolute(config.path) }),
  problems: (config) => [...unreadableFile('path', config.path), ...imageSizeProblem(config)],
  ownTest: ({ name }) =>
    name === 'mini-imagenet' ? undefined : `${datasetEntry(name).title} has test samples of its own`,
};
