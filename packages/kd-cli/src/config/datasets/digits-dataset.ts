import type { DigitsConfig } from '../dataset-config.ts';
import type { DatasetKind } from './dataset-kind.ts';

export const digitsDataset: DatasetKind<DigitsConfig> = {
  withAbsoluteFiles: (config) => config,
  problems: () => [],
  ownTest: () => undefined,
};
