import { join, resolve } from 'node:path';

export interface DataFolderOptions {
  /** Default: the environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What relative paths start at. Default: the current folder of the process. */
  readonly cwd?: string;
}

/** The folder of all data sets: what the variable `KD_DATA` names, or else `data`. */
export function dataFolder({ env = process.env, cwd = process.cwd() }: DataFolderOptions = {}): string {
  const { KD_DATA: named = '' } = env;
  return resolve(cwd, named === '' ? 'data' : named);
}

/** Where `getDataset` puts a data set of the catalogue, and where those that are given no folder are looked for. */
export function datasetFolder(name: string, root: string = dataFolder()): string {
  return join(root, name);
}
