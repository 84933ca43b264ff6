import type { DistillConfig } from './config.ts';
import { filesOf, ownTest } from './dataset-files.ts';
import type { ConfigProblem } from './describe-issues.ts';
import { isReadable } from './is-readable.ts';

/** What the keys about data say together, and files that are not there. */
export function checkDataset(config: DistillConfig): ConfigProblem[] {
  return [...checkSplit(config), ...checkFiles(config)];
}

function checkSplit({ dataset, split }: DistillConfig): ConfigProblem[] {
  const reason = ownTest(dataset);
  if (reason !== undefined && split?.test !== undefined) {
    return [{ path: 'split.test', message: `must be left out, because ${reason}.` }];
  }
  const sum = (split?.validation ?? 0) + (split?.test ?? 0);
  if (sum < 1) return [];
  return [
    { path: 'split', message: `must leave samples to train on, but validation and test add up to ${sum}.` },
  ];
}

function checkFiles({ dataset }: DistillConfig): ConfigProblem[] {
  return filesOf(dataset)
    .filter(({ file }) => !isReadable(file))
    .map(({ key, file, wanted }) => ({
      path: `dataset.${key}`,
      message:
        wanted === undefined
          ? `names a file that is not there or cannot be read: ${file}`
          : `must hold ${wanted}, but this cannot be read: ${file}`,
    }));
}
