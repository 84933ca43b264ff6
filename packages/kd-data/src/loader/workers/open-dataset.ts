import { arrayDataset } from '../../array-dataset.ts';
import type { Dataset } from '../../dataset.ts';
import type { DatasetSpec } from '../../dataset-spec.ts';
import { joinDatasets } from '../../join-datasets.ts';
import { subset } from '../../subset.ts';

/** The data set of which this is the `spec`. */
export function openDataset(spec: DatasetSpec): Dataset {
  switch (spec.kind) {
    case 'arrays':
      return arrayDataset(spec.options);
    case 'subset':
      return subset(openDataset(spec.dataset), spec.indices, { name: spec.name });
    case 'joined':
      return joinDatasets(spec.datasets.map(openDataset), { name: spec.name });
  }
}
