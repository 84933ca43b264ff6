import { KdError } from 'kd-core';
import type { DatasetEntry } from './dataset-entry.ts';
import { caltech101Entry } from './entries/caltech101.ts';
import { cifar10Entry, cifar100Entry } from './entries/cifar.ts';
import { cinic10Entry } from './entries/cinic10.ts';
import { digitsEntry } from './entries/digits.ts';
import { imagenetEntry, miniImagenetEntry, tinyImagenetEntry } from './entries/imagenet.ts';
import { fashionMnistEntry, mnistEntry } from './entries/mnist.ts';
import { svhnEntry } from './entries/svhn.ts';

/** The published data sets that are known by name. */
export const datasetCatalog: readonly DatasetEntry[] = [
  digitsEntry,
  mnistEntry,
  fashionMnistEntry,
  cifar10Entry,
  cifar100Entry,
  svhnEntry,
  cinic10Entry,
  tinyImagenetEntry,
  imagenetEntry,
  miniImagenetEntry,
  caltech101Entry,
];

/** What is known of the data set `name`. Throws `INVALID_ARGUMENT`, with the known names, for another. */
export function datasetEntry(name: string): DatasetEntry {
  const entry = datasetCatalog.find((each) => each.name === name);
  if (entry !== undefined) return entry;
  const known = datasetCatalog.map((each) => `'${each.name}'`).join(', ');
  throw new KdError('INVALID_ARGUMENT', `There is no data set '${name}' in the catalogue. It has ${known}.`);
}
