import { normalizationProblem } from './build-normalization.ts';
import type { DistillConfig } from './config.ts';
import { kindOf } from './datasets/dataset-kinds.ts';
import type { ConfigProblem } from './describe-issues.ts';

/** What the keys about data say together, and files that are not there. */
export function checkDataset(config: DistillConfig): ConfigProblem[] {
  const { dataset, normalization } = config;
  const problem = normalizationProblem(normalization, dataset.name);
  return [
    ...checkSplit(config),
    ...kindOf(dataset).problems(dataset),
    ...(problem === undefined ? [] : [{ path: 'normalization', message: problem }]),
  ];
}

function checkSplit({ dataset, split }: DistillConfig): ConfigProblem[] {
  const reason = kindOf(dataset).ownTest(dataset);
  if (reason !== undefined && split?.test !== undefined) {
    return [{ path: 'split.test', message: `must be left out, because ${reason}.` }];
  }
  const sum = (split?.validation ?? 0) + (split?.test ?? 0);
  if (sum < 1) return [];
  return [
    { path: 'split', message: `must leave samples to train on, but validation and test add up to ${sum}.` },
  ];
}
