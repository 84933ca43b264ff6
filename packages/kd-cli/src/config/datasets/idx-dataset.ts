import type { IdxConfig, IdxFilesConfig } from '../dataset-config.ts';
import type { DatasetKind } from './dataset-kind.ts';
import { unreadableFile } from './unreadable-file.ts';

export const idxDataset: DatasetKind<IdxConfig> = {
  withAbsoluteFiles(config, absolute) {
    const files = ({ images, labels }: IdxFilesConfig): IdxFilesConfig => ({
      images: absolute(images),
      labels: absolute(labels),
    });
    const { train, test } = config;
    return { ...config, train: files(train), ...(test !== undefined && { test: files(test) }) };
  },
  problems: ({ train, test }) => [
    ...unreadableFile('train.images', train.images),
    ...unreadableFile('train.labels', train.labels),
    ...unreadableFile('test.images', test?.images),
    ...unreadableFile('test.labels', test?.labels),
  ],
  ownTest: ({ test }) => (test === undefined ? undefined : 'dataset.test names files of test samples'),
};
