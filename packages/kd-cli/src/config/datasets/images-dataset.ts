import type { ImagesConfig } from '../dataset-config.ts';
import type { DatasetKind } from './dataset-kind.ts';
import { unreadableFile } from './unreadable-file.ts';

export const imagesDataset: DatasetKind<ImagesConfig> = {
  withAbsoluteFiles: (config, absolute) => ({
    ...config,
    train: absolute(config.train),
    ...(config.test !== undefined && { test: absolute(config.test) }),
  }),
  problems: ({ train, test }) => [...unreadableFile('train', train), ...unreadableFile('test', test)],
  ownTest: ({ test }) => (test === undefined ? undefined : 'dataset.test names test images'),
};
