import { basename } from 'node:path';
import type { Dataset } from 'kd-data';
import { readCsvDataset, readNpzDataset } from 'kd-data/node';
import type { CsvConfig, NpzConfig, NpzPartConfig } from '../../config/table-dataset-config.ts';
import type { OpenedDataset } from './open-dataset.ts';

/** The arrays of a configuration. Throws what `readNpzDataset` throws. */
export async function openNpzFiles({
  train,
  test,
  channelsFirst,
  pixelMaximum,
  classNames,
}: NpzConfig): Promise<OpenedDataset> {
  const read = (part: NpzPartConfig, names: readonly string[] | undefined): Promise<Dataset> =>
    readNpzDataset({
      name: `${basename(part.file)}/${part.images}`,
      path: part.file,
      images: part.images,
      labels: part.labels,
      ...(channelsFirst !== undefined && { channelsFirst }),
      ...(pixelMaximum !== undefined && { pixelMaximum }),
      ...(names !== undefined && { classNames: names }),
    });
  return withClassesOfTrain(train, test, classNames, read);
}

/** The tables of a configuration. Throws what `readCsvDataset` throws. */
export async function openTables({
  train,
  test,
  inputShape,
  label,
  pixelMaximum,
  classNames,
}: CsvConfig): Promise<OpenedDataset> {
  const read = (path: string, names: readonly string[] | undefined): Promise<Dataset> =>
    readCsvDataset({
      name: basename(path),
      path,
      inputShape,
      ...(label !== undefined && { label }),
      ...(pixelMaximum !== undefined && { pixelMaximum }),
      ...(names !== undefined && { classNames: names }),
    });
  return withClassesOfTrain(train, test, classNames, read);
}

/** Test samples need not show every class that there is. */
async function withClassesOfTrain<Part>(
  train: Part,
  test: Part | undefined,
  classNames: readonly string[] | undefined,
  read: (part: Part, classNames: readonly string[] | undefined) => Promise<Dataset>,
): Promise<OpenedDataset> {
  const opened = await read(train, classNames);
  return { train: opened, ...(test !== undefined && { test: await read(test, opened.classNames) }) };
}
