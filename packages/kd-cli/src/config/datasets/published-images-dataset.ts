import { datasetEntry } from 'kd-data';
import { datasetFolder } from 'kd-data/node';
import type { ConfigProblem } from '../describe-issues.ts';
import type { Caltech101Config, MiniImagenetConfig, PublishedImagesConfig } from '../image-dataset-config.ts';
import { isReadable } from '../is-readable.ts';
import type { DatasetKind } from './dataset-kind.ts';
import { imageSizeProblem } from './image-size-problem.ts';
import { unreadableFile } from './unreadable-file.ts';

/** A data set of the catalogue that is published as image files. */
export const publishedImagesDataset: DatasetKind<
  PublishedImagesConfig | MiniImagenetConfig | Caltech101Config
> = {
  withAbsoluteFiles: (config, absolute) =>
    config.path === undefined ? config : { ...config, path: absolute(config.path) },
  problems: (config) => [...pathProblem(config), ...imageSizeProblem(config)],
  ownTest: ({ name }) =>
    name === 'mini-imagenet' ? undefined : `${datasetEntry(name).title} has test samples of its own`,
};

function pathProblem({
  name,
  path,
}: PublishedImagesConfig | MiniImagenetConfig | Caltech101Config): readonly ConfigProblem[] {
  if (path !== undefined) return unreadableFile('path', path);
  const usual = datasetFolder(name);
  if (isReadable(usual)) return [];
  const message = `must say where the images are: they are not in '${usual}', where 'kd data get ${name}' puts them.`;
  return [{ path: 'dataset.path', message }];
}
