import { datasetCatalog } from './catalog.ts';
import type { CatalogNormalization } from './dataset-entry.ts';

/** To -1..1, as face networks and many exported ones expect: for any number of channels. */
const symmetric: CatalogNormalization = {
  mean: [0.5],
  standardDeviation: [0.5],
  source: 'face networks, and many that were exported',
};

/** The names of `namedNormalization`: those of the data sets, and `symmetric`. */
export const normalizationNames: readonly string[] = [
  ...datasetCatalog.filter((entry) => entry.normalization !== undefined).map((entry) => entry.name),
  'symmetric',
];

/**
 * The constants that published training code uses, by the data set that they were measured on; `symmetric` takes pixels to
 * -1..1. Those with one value stand for any number of channels. Undefined for another name.
 */
export function namedNormalization(name: string): CatalogNormalization | undefined {
  return name === 'symmetric'
    ? symmetric
    : datasetCatalog.find((entry) => entry.name === name)?.normalization;
}
