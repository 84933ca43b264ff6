import type { PrngKey } from 'kd-core';
import {
  createLoader,
  type Dataset,
  type Loader,
  type LoaderOptions,
  type NormalizeOptions,
  normalize,
  type ParallelLoader,
  parallelLoader,
  type Transform,
} from 'kd-data';
import type { AugmentationConfig, ViewConfig } from '../config/augmentation-config.ts';
import { buildMixing, buildTransforms } from '../config/build-augmentation.ts';
import type { RepeatedImages } from './repeated-images.ts';

const largestEvaluationBatch = 256;

/** Every sample once, in order, in batches as equal as can be, so that little of the last one is padding. */
export function evaluationSource(dataset: Dataset, normalization?: NormalizeOptions): Loader {
  const batches = Math.ceil(dataset.length / largestEvaluationBatch);
  const batchSize = Math.ceil(dataset.length / batches);
  // Without shuffling and transforms nothing is drawn from the key.
  return createLoader({
    dataset,
    batchSize,
    key: [0, 0],
    shuffle: false,
    transforms: transformsOf(normalization),
  });
}

/** A loader that a training may use in workers while it lasts. */
export interface TrainingSource extends Loader {
  /** The same batches, made by workers; absent where they are made in the main thread. */
  readonly inWorkers?: () => Promise<ParallelLoader>;
}

/** Full, shuffled and augmented batches; one size means one compilation. */
export function trainingSource(
  dataset: Dataset,
  options: {
    readonly batchSize: number;
    readonly key: PrngKey;
    readonly augmentation?: AugmentationConfig;
    readonly views?: Readonly<Record<string, ViewConfig>>;
    readonly normalization?: NormalizeOptions;
    /** Default: every epoch has images of its own. */
    readonly repeated?: RepeatedImages | undefined;
    /** Every sample in the order of the data set, the last batch as short as it is: to ask a teacher about all of them. */
    readonly inOrder?: boolean;
    /** Default 0, the main thread. */
    readonly workers?: number | undefined;
  },
): TrainingSource {
  const { batchSize, key, augmentation = {}, views = {}, normalization, repeated, inOrder = false } = options;
  const { workers = 0 } = options;
  // What a crop pads with is black before it is normalised, as in the published recipes.
  const mix = buildMixing(augmentation);
  const transformsBy = (each: ViewConfig): Transform[] => [
    ...buildTransforms(each, dataset.inputShape),
    ...transformsOf(normalization),
  ];
  const loaderOptions: LoaderOptions = {
    dataset,
    batchSize,
    key,
    shuffle: !inOrder,
    dropLast: !inOrder,
    ...repeated,
    ...(mix !== undefined && { mix }),
    transforms: transformsBy(augmentation),
    views: Object.fromEntries(Object.entries(views).map(([name, each]) => [name, transformsBy(each)])),
  };
  return {
    ...createLoader(loaderOptions),
    ...(workers > 0 && { inWorkers: () => parallelLoader({ ...loaderOptions, workers }) }),
  };
}

function transformsOf(normalization: NormalizeOptions | undefined): Transform[] {
  return normalization === undefined ? [] : [normalize(normalization)];
}
