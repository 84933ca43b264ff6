import {
  type Batch,
  type BatchSource,
  foldIn,
  HostTensor,
  type PrngKey,
  requireArgument,
  splitKey,
} from 'kd-core';
import type { AsyncDataset, Dataset, ImageShape } from '../dataset.ts';
import type { Mix } from '../mixing/mix.ts';
import { checkImage, readLabel } from '../read-sample.ts';
import type { Transform } from '../transforms/transform.ts';
import { epochOrder } from './epoch-order.ts';
import { requireBatch } from './require-batch.ts';
import { sampleTable } from './sample-table.ts';
import { sampleView } from './sample-view.ts';
import type { Sampler } from './samplers/sampler.ts';
import { shuffled } from './samplers/shuffled.ts';

export interface LoaderOptions<Source extends Dataset | AsyncDataset = Dataset> {
  readonly dataset: Source;
  readonly batchSize: number;
  readonly key: PrngKey;
  /**
   * What the transforms draw by, so that loaders of different orders show the same images: runs with other seeds then share what
   * is kept of a teacher. Default: derived from `key`.
   */
  readonly augmentationKey?: PrngKey;
  /** A new order in each epoch (default), or the order of the data set. */
  readonly shuffle?: boolean;
  /** Which samples an epoch shows instead of each one once: `classBalanced()`, `weighted({ weights })` or a function of your own. */
  readonly sampler?: Sampler;
  /** Leaves out the last batch of an epoch when it is short. Default false. */
  readonly dropLast?: boolean;
  /**
   * Fills the last batch of an epoch up by repeating its last sample, so that all batches have one size; every batch then has a
   * `mask` of those that count. For evaluation and inference; training refuses such a source. Default false.
   */
  readonly padLast?: boolean;
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
  /**
   * Makes mixtures of the samples of each batch, after the transforms: `mixup()`, `cutMix()`, `mixOneOf([...])` or a function of
   * your own. Batches then have `mixed`, and no variants: partners change from epoch to epoch. For training: not with `padLast`.
   * Default none.
   */
  readonly mix?: Mix;
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
 * Batches of a data set with random access; of an `AsyncDataset`, all images of a batch are asked for at once. The order of an epoch, also that of a sampler, is a pure function of (key, epoch), and what
 * the transforms draw for a sample is one of (key, view, epoch or variant, original index of the sample): it changes
 * neither with the batch size nor with the part of the data set that is loaded.
 * `indices` of a batch are original indices (see `Dataset.originalIndex`).
 *
 * Throws `INVALID_ARGUMENT` at once for a bad size, a label outside the classes, options that exclude each other or a data set without a
 * full batch under `dropLast`; bad images throw from `batch`, and name the sample.
 */
export function createLoader(options: LoaderOptions): Loader;
export function createLoader(options: LoaderOptions<AsyncDataset>): AsyncLoader;
export function createLoader(options: LoaderOptions<Dataset | AsyncDataset>): Loader | AsyncLoader {
  const { dataset, batchSize, key, transforms = [], views = {} } = options;
  const { shuffle = true, sampler, dropLast = false, padLast = false, mix } = options;
  // Without transforms all epochs show the same.
  const unchanged = transforms.length === 0 && Object.keys(views).length === 0;
  const variants = mix !== undefined ? undefined : unchanged ? 1 : options.variants;
  requireArgument(
    Number.isInteger(batchSize) && batchSize > 0,
    () => `batchSize must be a positive integer, got ${batchSize}.`,
  );
  requireArgument(
    options.variants === undefined || (Number.isInteger(options.variants) && options.variants > 0),
    () => `variants must be a positive integer, got ${options.variants}.`,
  );
  requireArgument(
    mix === undefined || options.variants === undefined,
    () =>
      'Mixtures differ from epoch to epoch, so that no image comes again: leave out variants beside mix, or mix nothing.',
  );
  requireArgument(
    mix === undefined || !padLast,
    () => 'Mixtures are for training and padLast is for evaluation: leave out one of them.',
  );
  requireArgument(dataset.length > 0, () => `Data set '${dataset.name}' has no samples.`);
  requireArgument(
    sampler === undefined || options.shuffle === undefined,
    () => 'A sampler decides the order itself: leave out shuffle beside it.',
  );
  requireArgument(
    !dropLast || !padLast,
    () => 'The last batch is either left out (dropLast) or filled up (padLast), not both.',
  );
  const labels = Int32Array.from({ length: dataset.length }, (_, index) => readLabel(dataset, index));
  const [orderKey, mixKey, ...derived] = loaderKeys(key);
  const [transformKey, viewsKey] =
    options.augmentationKey === undefined ? derived : splitKey(options.augmentationKey);
  const sampled = sampler?.({ name: dataset.name, labels, classes: dataset.classes });
  const length = sampled?.length ?? dataset.length;
  requireArgument(
    !dropLast || batchSize <= length,
    () =>
      `With dropLast, batchSize (${batchSize}) must not be above the ${length} samples of '${dataset.name}', or no batch is left.`,
  );
  const order = sampled ?? (shuffle ? shuffled(length) : undefined);
  const orderOf = order && epochOrder(orderKey, order, dataset);
  const stepsPerEpoch = dropLast ? Math.floor(length / batchSize) : Math.ceil(length / batchSize);

  const plain = sampleView(dataset, transforms, transformKey);
  const named = Object.entries(views).map(
    ([name, steps]) => [name, sampleView(dataset, steps, keyOfName(viewsKey, name))] as const,
  );

  const samplesOf = (epoch: number, index: number): number[] => {
    requireBatch(epoch, index, stepsPerEpoch);
    const first = index * batchSize;
    const last = Math.min(first + batchSize, length) - 1;
    const order = orderOf?.(epoch);
    return Array.from({ length: padLast ? batchSize : last - first + 1 }, (_, offset) => {
      const position = Math.min(first + offset, last);
      return order === undefined ? position : order[position]!;
    });
  };

  const assemble = (
    epoch: number,
    index: number,
    samples: readonly number[],
    read: readonly Float32Array[],
  ): Batch => {
    const count = samples.length;
    samples.forEach((sample, position) => {
      checkImage(dataset, sample, read[position]!);
    });
    const int32 = (ofSample: (sample: number) => number): HostTensor =>
      new HostTensor(Int32Array.from(samples, ofSample), [count]);
    const variant = variants === undefined ? epoch : epoch % variants;
    const valid = Math.min(batchSize, length - index * batchSize);
    const plainBatch: Batch = {
      images: plain.render(variant, samples, read),
      labels: int32((sample) => labels[sample]!),
      indices: int32((sample) => dataset.originalIndex(sample)),
      ...(named.length > 0 && {
        views: Object.fromEntries(named.map(([name, view]) => [name, view.render(variant, samples, read)])),
      }),
      ...(variants !== undefined && { variant }),
      ...(padLast && { mask: new HostTensor(new Uint8Array(count).fill(1, 0, valid), [count]) }),
    };
    return mix === undefined ? plainBatch : mix(plainBatch, foldIn(foldIn(mixKey, epoch), index));
  };

  const batch = (epoch: number, index: number): Batch | Promise<Batch> => {
    const samples = samplesOf(epoch, index);
    const read = samples.map((sample) => dataset.image(sample));
    return read[0] instanceof Promise
      ? Promise.all(read).then((images) => assemble(epoch, index, samples, images))
      : assemble(epoch, index, samples, read as Float32Array[]);
  };

  return {
    length: dropLast ? stepsPerEpoch * batchSize : length,
    batchSize,
    stepsPerEpoch,
    samples: sampleTable(dataset, labels),
    ...(variants !== undefined && { variants }),
    ...(padLast && { pads: true }),
    ...(mix !== undefined && { mixes: true }),
    imageShape: plain.shape,
    ...(named.length > 0 && { views: Object.fromEntries(named.map(([name, { shape }]) => [name, shape])) }),
    batch,
  } as Loader | AsyncLoader;
}

function loaderKeys(
  key: PrngKey,
): readonly [order: PrngKey, mix: PrngKey, transforms: PrngKey, views: PrngKey] {
  const [order, transforms, views, mix] = splitKey(key, 4) as [PrngKey, PrngKey, PrngKey, PrngKey];
  return [order, mix, transforms, views];
}

/** A key of each name, whatever other names there are. */
function keyOfName(key: PrngKey, name: string): PrngKey {
  return [...name].reduce((folded, letter) => foldIn(folded, letter.codePointAt(0)!), key);
}
