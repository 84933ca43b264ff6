import { KdError, requireArgument } from 'kd-core';
import { type Dataset, requireIndex } from './dataset.ts';
import { type DatasetSpec, describedDataset } from './dataset-spec.ts';

/**
 * The samples of several data sets, one after the other, as one data set with indices of its own; nothing is copied. Throws
 * `INVALID_ARGUMENT` for none or other classes, `SHAPE_MISMATCH` for images of other shapes.
 */
export function joinDatasets(
  datasets: readonly Dataset[],
  options: { readonly name?: string } = {},
): Dataset {
  const [first] = datasets;
  requireArgument(first !== undefined, () => 'joinDatasets needs at least one data set.');
  for (const dataset of datasets) requireAlike(first, dataset);
  const name = options.name ?? datasets.map((dataset) => dataset.name).join(' + ');
  const starts: number[] = [];
  let length = 0;
  for (const dataset of datasets) {
    starts.push(length);
    length += dataset.length;
  }
  const specs = datasets.flatMap(({ spec }) => (spec === undefined ? [] : [spec]));
  const read = <Value>(index: number, use: (dataset: Dataset, index: number) => Value): Value => {
    requireIndex(index, length, `Data set '${name}'`);
    const part = starts.findLastIndex((start) => start <= index);
    return use(datasets[part]!, index - starts[part]!);
  };

  const spec: DatasetSpec | undefined =
    specs.length === datasets.length ? { kind: 'joined', datasets: specs, name } : undefined;
  return describedDataset<Dataset>(spec, {
    name,
    length,
    classes: first.classes,
    classNames: first.classNames,
    inputShape: first.inputShape,
    ...(first.attribution === undefined ? {} : { attribution: first.attribution }),
    image: (index) => read(index, (dataset, at) => dataset.image(at)),
    label: (index) => read(index, (dataset, at) => dataset.label(at)),
    originalIndex: (index) => read(index, () => index),
  });
}

function requireAlike(first: Dataset, other: Dataset): void {
  requireArgument(
    first.classNames.join('\n') === other.classNames.join('\n'),
    () => `Data sets '${first.name}' and '${other.name}' cannot be joined: their classes have other names.`,
  );
  if (first.inputShape.join() !== other.inputShape.join()) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `Data sets '${first.name}' and '${other.name}' cannot be joined: their images are [${first.inputShape.join(', ')}] and [${other.inputShape.join(', ')}].`,
    );
  }
}
