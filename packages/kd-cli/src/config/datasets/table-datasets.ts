import type { CsvConfig, ManifestConfig, NpzConfig } from '../table-dataset-config.ts';
import type { DatasetKind } from './dataset-kind.ts';
import { imageSizeProblem } from './image-size-problem.ts';
import { unreadableFile } from './unreadable-file.ts';

export const csvDataset: DatasetKind<CsvConfig> = {
  withAbsoluteFiles: (config, absolute) => ({
    ...config,
    train: absolute(config.train),
    ...(config.test !== undefined && { test: absolute(config.test) }),
  }),
  problems: ({ train, test }) => [...unreadableFile('train', train), ...unreadableFile('test', test)],
  ownTest,
};

export const npzDataset: DatasetKind<NpzConfig> = { withAbsoluteFiles, problems: unreadableParts, ownTest };

export const manifestDataset: DatasetKind<ManifestConfig> = {
  withAbsoluteFiles,
  problems: (config) => [...unreadableParts(config), ...imageSizeProblem(config)],
  ownTest,
};

function ownTest({ test }: { readonly test?: unknown }): string | undefined {
  return test === undefined ? undefined : 'dataset.test names test samples';
}

interface Part {
  readonly file: string;
}

interface Parts {
  readonly train: Part;
  readonly test?: Part;
}

function withAbsoluteFiles<Config extends Parts>(config: Config, absolute: (path: string) => string): Config {
  const files = (part: Part): Part => ({ ...part, file: absolute(part.file) });
  const { train, test } = config;
  return { ...config, train: files(train), ...(test !== undefined && { test: files(test) }) };
}

function unreadableParts({ train, test }: Parts): ReturnType<typeof unreadableFile> {
  return [...unreadableFile('train.file', train.file), ...unreadableFile('test.file', test?.file)];
}
