import { requireArgument } from 'kd-core';
import { type Dataset, requireIndex } from './dataset.ts';
import { type DatasetSpec, describedDataset } from './dataset-spec.ts';

/**
 * The samples `indices` of a data set, in that order. Nothing is copied, and every sample keeps its
 * `originalIndex`, also through subsets of subsets.
 * Throws `INVALID_ARGUMENT` for an empty list or an index outside the data set.
 */
export function subset(
  dataset: Dataset,
  indices: ArrayLike<number>,
  options: { readonly name?: string } = {},
): Dataset {
  const name = options.name ?? `${dataset.name} (subset)`;
  const { length } = indices;
  requireArgument(length > 0, () => `Subset '${name}' needs at least one index.`);
  const chosen = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    requireIndex(indices[i]!, dataset.length, `Data set '${dataset.name}'`);
    chosen[i] = indices[i]!;
  }
  const parentIndex = (index: number): number => {
    requireIndex(index, length, `Data set '${name}'`);
    return chosen[index]!;
  };

  const spec: DatasetSpec | undefined = dataset.spec && {
    kind: 'subset',
    dataset: dataset.spec,
    indices: chosen,
    name,
  };
  return describedDataset<Dataset>(spec, {
    name,
    length,
    classes: dataset.classes,
    classNames: dataset.classNames,
    inputShape: dataset.inputShape,
    ...(dataset.attribution === undefined ? {} : { attribution: dataset.attribution }),
    image: (index) => dataset.image(parentIndex(index)),
    label: (index) => dataset.label(parentIndex(index)),
    originalIndex: (index) => dataset.originalIndex(parentIndex(index)),
  });
}
