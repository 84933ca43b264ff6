import type { SampleTable } from 'kd-core';
import type { AsyncDataset, Dataset } from '../dataset.ts';

/** The labels by original index, of which a part of a data set has gaps. */
export function sampleTable(dataset: Dataset | AsyncDataset, labels: Int32Array): SampleTable {
  const originals = Array.from(labels, (_, sample) => dataset.originalIndex(sample));
  const count = originals.reduce((most, index) => Math.max(most, index + 1), 0);
  const byIndex = new Int32Array(count).fill(-1);
  originals.forEach((original, sample) => {
    byIndex[original] = labels[sample]!;
  });
  return { count, labels: byIndex };
}
