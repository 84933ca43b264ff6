import { join } from 'node:path';
import type { DatasetConfig, IdxFilesConfig } from './dataset-config.ts';

/** A data set with the paths that `absolute` makes of its own. */
export function withAbsoluteFiles(dataset: DatasetConfig, absolute: (path: string) => string): DatasetConfig {
  const files = ({ images, labels }: IdxFilesConfig): IdxFilesConfig => ({
    images: absolute(images),
    labels: absolute(labels),
  });
  switch (dataset.name) {
    case 'digits':
      return dataset;
    case 'cifar100':
      return { ...dataset, folder: absolute(dataset.folder) };
    case 'idx':
      return {
        ...dataset,
        train: files(dataset.train),
        ...(dataset.test !== undefined && { test: files(dataset.test) }),
      };
    case 'images':
      return {
        ...dataset,
        train: absolute(dataset.train),
        ...(dataset.test !== undefined && { test: absolute(dataset.test) }),
      };
  }
}

/** A file that a data set is read from, and the key of the configuration that names it. */
export interface DatasetFile {
  readonly key: string;
  readonly file: string;
  /** What the key should name, where a file below it is looked for. */
  readonly wanted?: string;
}

/** Every file that must be there. */
export function filesOf(dataset: DatasetConfig): readonly DatasetFile[] {
  switch (dataset.name) {
    case 'digits':
      return [];
    case 'cifar100':
      return ['train.bin', 'test.bin'].map((part) => ({
        key: 'folder',
        file: join(dataset.folder, part),
        wanted: 'the binary version of CIFAR-100 (cifar-100-binary.tar.gz, unpacked)',
      }));
    case 'idx':
      return Object.entries({ train: dataset.train, test: dataset.test }).flatMap(([part, files]) =>
        Object.entries(files ?? {}).map(([kind, file]) => ({ key: `${part}.${kind}`, file: file as string })),
      );
    case 'images':
      return Object.entries({ train: dataset.train, test: dataset.test }).flatMap(([key, file]) =>
        file === undefined ? [] : [{ key, file }],
      );
  }
}

/** Why a data set has test samples of its own; `undefined` for one that is split. */
export function ownTest(dataset: DatasetConfig): string | undefined {
  switch (dataset.name) {
    case 'digits':
      return undefined;
    case 'cifar100':
      return 'CIFAR-100 has test samples of its own';
    case 'idx':
      return dataset.test === undefined ? undefined : 'dataset.test names files of test samples';
    case 'images':
      return dataset.test === undefined ? undefined : 'dataset.test names test images';
  }
}
