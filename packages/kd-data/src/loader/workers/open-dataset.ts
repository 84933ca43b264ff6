import { arrayDataset } from '../../array-dataset.ts';
import type { Dataset } from '../../dataset.ts';
import type { DatasetSpec } from '../../dataset-spec.ts';
import { subset } from '../../subset.ts';

/** The data set of which this is the `spec`. */
export function openDataset(spec: DatasetSpec): Dataset {
  return spec.kind === 'arrays'
    ? arrayDataset(spec.options)
    : subset(openDataset(spec.dataset), spec.indices, { name: spec.name });
}
