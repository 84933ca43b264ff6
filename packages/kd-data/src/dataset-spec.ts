import type { ArrayDatasetOptions } from './array-dataset.ts';

/** A data set as data that can be sent to a worker, which makes the same data set of it. */
export type DatasetSpec = ArraysSpec | SubsetSpec | JoinedSpec;

/** What `arrayDataset` was given. */
export interface ArraysSpec {
  readonly kind: 'arrays';
  readonly options: ArrayDatasetOptions;
}

/** What `subset` was given. */
export interface SubsetSpec {
  readonly kind: 'subset';
  readonly dataset: DatasetSpec;
  readonly indices: Uint32Array;
  readonly name: string;
}

/** What `joinDatasets` was given. */
export interface JoinedSpec {
  readonly kind: 'joined';
  readonly datasets: readonly DatasetSpec[];
  readonly name: string;
}
