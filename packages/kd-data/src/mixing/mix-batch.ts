import { type Batch, HostTensor, type PrngKey, randomPermutation } from 'kd-core';

/** How much is left of the first of two samples, 0..1, and what makes an image of both. */
export interface Mixture {
  readonly share: number;
  /** Writes the mixture of `first` and `second` to `target`; all three are one image of the batch or of one of its views. */
  blend(
    first: Float32Array,
    second: Float32Array,
    target: Float32Array,
    shape: readonly [height: number, width: number, channels: number],
  ): void;
}

/**
 * The batch with each sample mixed with that of its place in a random order; views are mixed alike. Where the second has the larger
 * share the two change places: over all orders the same mixtures, of which each is listed under its larger part.
 */
export function mixBatch(batch: Batch, key: PrngKey, { share, blend }: Mixture): Batch {
  const count = batch.labels.data.length;
  const partners = randomPermutation(key, count);
  const isFirst = share >= 0.5;
  const mixImages = (images: HostTensor): HostTensor => {
    const shape = images.shape.slice(1) as [number, number, number];
    const size = shape[0] * shape[1] * shape[2];
    const data = images.data as Float32Array;
    const mixed = new Float32Array(data.length);
    const at = (position: number): Float32Array => data.subarray(position * size, (position + 1) * size);
    for (let position = 0; position < count; position++) {
      const [own, other] = [at(position), at(partners[position]!)];
      const target = mixed.subarray(position * size, (position + 1) * size);
      if (isFirst) blend(own, other, target, shape);
      else blend(other, own, target, shape);
    }
    return new HostTensor(mixed, images.shape);
  };
  const { views } = batch;
  return {
    ...batch,
    images: mixImages(batch.images),
    ...(views !== undefined && {
      views: Object.fromEntries(Object.entries(views).map(([name, images]) => [name, mixImages(images)])),
    }),
    mixed: {
      labels: new HostTensor(
        Int32Array.from(partners, (partner) => batch.labels.data[partner]!),
        [count],
      ),
      shares: new HostTensor(new Float32Array(count).fill(Math.max(share, 1 - share)), [count]),
    },
  };
}

/** The batch as it is, each sample all of its own class. */
export function unmixed(batch: Batch): Batch {
  const count = batch.labels.data.length;
  return {
    ...batch,
    mixed: { labels: batch.labels, shares: new HostTensor(new Float32Array(count).fill(1), [count]) },
  };
}
