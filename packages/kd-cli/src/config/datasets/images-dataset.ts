import type { ImagesConfig } from '../image-dataset-config.ts';
import type { DatasetKind } from './dataset-kind.ts';
import { imageSizeProblem } from './image-size-problem.ts';
import { unreadableFile } from './unreadable-file.ts';

export const imagesDataset: DatasetKind<ImagesConfig> = {
  withAbsoluteFiles: (config, absolute) => ({
    ...config,
    train: absolute(config.train),
    ...(config.test !== undefined && { test: absolute(config.test) }),
  }),
  problems: (config) => [
    ...unreadableFile('train', config.train),
    ...unreadableFile('test', config.test),
    ...imageSizeProblem(config),
  ],
  ownTest: ({ test }) => (test === undefined ? undefined : 'dataset.test names test images'),
};
