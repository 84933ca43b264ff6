import { join, resolve } from 'node:path';

/** The folder of all data sets: what the variable `KD_DATA` names, or else `data` in the current folder. */
export function dataFolder(): string {
  const { KD_DATA: named = '' } = process.env;
  return resolve(named === '' ? 'data' : named);
}

/** Where `getDataset` puts a data set of the catalogue, and where those that are given no folder are looked for. */
export function datasetFolder(name: string, root: string = dataFolder()): string {
  return join(root, name);
}
