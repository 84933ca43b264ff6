import type { Dataset } from '../dataset.ts';
import { readFileOf } from '../files/read-file-of.ts';
import { type CsvDatasetOptions, csvDataset } from './csv-dataset.ts';

export interface ReadCsvDatasetOptions extends Omit<CsvDatasetOptions, 'bytes'> {
  /** A `.csv` file, raw or gzip. */
  readonly path: string;
}

/** `csvDataset` from a file. Throws `STORAGE` for a file that cannot be read, and what `csvDataset` throws. */
export async function readCsvDataset({ path, ...options }: ReadCsvDatasetOptions): Promise<Dataset> {
  return csvDataset({ ...options, bytes: await readFileOf(path) });
}
