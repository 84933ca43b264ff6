import type { Batch, BatchSource } from 'kd-core';
import { type AsyncDataset, createLoader, type Dataset, normalize } from 'kd-data';
import type { Normalization } from './normalization.ts';

/** Of 256 images of 32x32, activations no longer fit in the caches of a CPU: they take a fifth longer each. */
const largestBatch = 64;
/** Pixels in a batch that is chosen here: 10 images of 224x224 keep the memory of activations modest. */
const pixelsInBatch = 2 ** 19;

/**
 * Every sample once, in order, normalised if wanted. The next batch is read and decoded while the network computes.
 * Without `batchSize`, batches are as large as is good for images of that size.
 */
export function evaluationBatches(
  dataset: Dataset | AsyncDataset,
  { batchSize, normalization }: { batchSize: number | undefined; normalization: Normalization | undefined },
): BatchSource {
  const { inputShape, length } = dataset;
  const chosen = Math.max(
    1,
    Math.min(largestBatch, Math.floor(pixelsInBatch / (inputShape[0] * inputShape[1]))),
  );
  return oneAhead(
    createLoader({
      // The overloads are for one or the other; a source gives batches at once or later.
      dataset: dataset as AsyncDataset,
      batchSize: Math.min(batchSize ?? chosen, length),
      // Without shuffling and random transforms nothing is drawn from the key.
      key: [0, 0],
      shuffle: false,
      transforms: normalization === undefined ? [] : [normalize(normalization)],
    }),
  );
}

/** Begins with the batch after the one that is asked for. */
function oneAhead(source: BatchSource): BatchSource {
  let next: { readonly index: number; readonly batch: Promise<Batch> } | undefined;
  const load = async (epoch: number, index: number): Promise<Batch> => source.batch(epoch, index);
  return {
    ...source,
    batch(epoch, index) {
      const batch = next?.index === index ? next.batch : load(epoch, index);
      next = undefined;
      if (index + 1 < source.stepsPerEpoch) {
        const following = load(epoch, index + 1);
        // Its failure is told when it is asked for.
        following.catch(() => {});
        next = { index: index + 1, batch: following };
      }
      return batch;
    },
  };
}
