import {
  type Batch,
  type BatchSource,
  foldIn,
  HostTensor,
  type PrngKey,
  requireArgument,
  type SampleTable,
  splitKey,
} from 'kd-core';
import type { AsyncDataset, Dataset, ImageShape } from '../dataset.ts';
import { checkImage, readLabel } from '../read-sample.ts';
import type { Transform } from '../transforms/transform.ts';
import { epochOrder } from './epoch-order.ts';
import { sampleView } from './sample-view.ts';

export interface LoaderOptions<Source extends Dataset | AsyncDataset = Dataset> {
  readonly dataset: Source;
  readonly batchSize: number;
  readonly key: PrngKey;
  /** A new order in each epoch (default), or the order of the data set. */
  readonly shuffle?: boolean;
  /** Leaves out the last batch of an epoch when it is short. Default false. */
  readonly dropLast?: boolean;
  /** Applied to each image in order. */
  readonly transforms?: readonly Transform[];
  /**
   * Further views of each sample, by name: the transforms of each, which see the decoded image as it was before `transforms`
   * and draw by keys of their own. Default none.
   */
  readonly views?: Readonly<Record<string, readonly Transform[]>>;
  /**
   * How many images the transforms may make of each sample: epoch e shows all samples as epoch e modulo this does, so that what a
   * teacher says of an image can be kept. 1 shows every epoch as the first. Default: every epoch has its own.
   */
  readonly variants?: number;
}

/** A `BatchSource` whose batches are there at once. */
export interface Loader extends BatchSource {
  /** [height, width, channels] of one image of a batch, after the transforms. */
  readonly imageShape: ImageShape;
  batch(epoch: number, index: number): Batch;
}

/** A `BatchSource` that reads the images of a batch when the batch is asked for. */
export interface AsyncLoader extends Omit<Loader, 'batch'> {
  batch(epoch: number, index: number): Promise<Batch>;
}

/**
 * Batches of a data set with random access; of an `AsyncDataset`, all images of a batch are asked for at once. The order of an epoch is a pure function of (key, epoch), and what
 * the transforms draw for a sample is one of (key, view, epoch or variant, original index of the sample): it changes
 * neither with the batch size nor with the part of the data set that is loaded.
 * `indices` of a batch are original indices (see `Dataset.originalIndex`).
 *
 * Throws `INVALID_ARGUMENT` at once for a bad size, a label outside the classes or a data set without a
 * full batch under `dropLast`; bad images throw from `batch`, and name the sample.
 */
export function createLoader(options: LoaderOptions): Loader;
export function createLoader(options: LoaderOptions<AsyncDataset>): AsyncLoader;
export function createLoader(options: LoaderOptions<Dataset | AsyncDataset>): Loader | AsyncLoader {
  const { dataset, batchSize, key, shuffle = true, dropLast = false, transforms = [], views = {} } = options;
  // Without transforms all epochs show the same.
  const variants = transforms.length === 0 && Object.keys(views).length === 0 ? 1 : options.variants;
  const { length } = dataset;
  requireArgument(
    Number.isInteger(batchSize) && batchSize > 0,
    () => `batchSize must be a positive integer, got ${batchSize}.`,
  );
  requireArgument(
    options.variants === undefined || (Number.isInteger(options.variants) && options.variants > 0),
    () => `variants must be a positive integer, got ${options.variants}.`,
  );
  requireArgument(length > 0, () => `Data set '${dataset.name}' has no samples.`);
  requireArgument(
    !dropLast || batchSize <= length,
    () =>
      `With dropLast, batchSize (${batchSize}) must not be above the ${length} samples of '${dataset.name}', or no batch is left.`,
  );
  const labels = Int32Array.from({ length }, (_, index) => readLabel(dataset, index));
  const [orderKey, transformKey, viewsKey] = splitKey(key, 3) as [PrngKey, PrngKey, PrngKey];
  const orderOf = shuffle ? epochOrder(orderKey, length) : undefined;
  const stepsPerEpoch = dropLast ? Math.floor(length / batchSize) : Math.ceil(length / batchSize);

  const plain = sampleView(dataset, transforms, transformKey);
  const named = Object.entries(views).map(
    ([name, steps]) => [name, sampleView(dataset, steps, keyOfName(viewsKey, name))] as const,
  );

  const samplesOf = (epoch: number, index: number): number[] => {
    requireArgument(
      Number.isInteger(epoch) && epoch >= 0,
      () => `epoch must be a whole number, 0 or more, got ${epoch}.`,
    );
    requireArgument(
      Number.isInteger(index) && index >= 0 && index < stepsPerEpoch,
      () => `An epoch has the batches 0..${stepsPerEpoch - 1}, but batch ${index} was asked for.`,
    );
    const first = index * batchSize;
    const order = orderOf?.(epoch);
    return Array.from({ length: Math.min(batchSize, length - first) }, (_, position) =>
      order === undefined ? first + position : order[first + position]!,
    );
  };

  const assemble = (epoch: number, samples: readonly number[], read: readonly Float32Array[]): Batch => {
    const count = samples.length;
    samples.forEach((sample, position) => {
      checkImage(dataset, sample, read[position]!);
    });
    const indices = Int32Array.from(samples, (sample) => dataset.originalIndex(sample));
    const variant = variants === undefined ? epoch : epoch % variants;
    return {
      images: plain.render(variant, samples, read),
      labels: new HostTensor(
        Int32Array.from(samples, (sample) => labels[sample]!),
        [count],
      ),
      indices: new HostTensor(indices, [count]),
      ...(named.length > 0 && {
        views: Object.fromEntries(named.map(([name, view]) => [name, view.render(variant, samples, read)])),
      }),
      ...(variants !== undefined && { variant }),
    };
  };

  const batch = (epoch: number, index: number): Batch | Promise<Batch> => {
    const samples = samplesOf(epoch, index);
    const read = samples.map((sample) => dataset.image(sample));
    return read[0] instanceof Promise
      ? Promise.all(read).then((images) => assemble(epoch, samples, images))
      : assemble(epoch, samples, read as Float32Array[]);
  };

  return {
    length: dropLast ? stepsPerEpoch * batchSize : length,
    batchSize,
    stepsPerEpoch,
    samples: sampleTable(dataset, labels),
    ...(variants !== undefined && { variants }),
    imageShape: plain.shape,
    ...(named.length > 0 && { views: Object.fromEntries(named.map(([name, { shape }]) => [name, shape])) }),
    batch,
  } as Loader | AsyncLoader;
}

/** A key of each name, whatever other names there are. */
function keyOfName(key: PrngKey, name: string): PrngKey {
  return [...name].reduce((folded, letter) => foldIn(folded, letter.codePointAt(0)!), key);
}

/** The labels by original index, of which a part of a data set has gaps. */
function sampleTable(dataset: Dataset | AsyncDataset, labels: Int32Array): SampleTable {
  const originals = Array.from(labels, (_, sample) => dataset.originalIndex(sample));
  const count = originals.reduce((most, index) => Math.max(most, index + 1), 0);
  const byIndex = new Int32Array(count).fill(-1);
  originals.forEach((original, sample) => {
    byIndex[original] = labels[sample]!;
  });
  return { count, labels: byIndex };
}
