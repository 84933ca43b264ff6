import { KdError, type PrngKey } from 'kd-core';
import type { AsyncDataset, Dataset } from '../../dataset.ts';
import type { DatasetSpec } from '../../dataset-spec.ts';
import { buildMix } from '../../mixing/build-mix.ts';
import type { MixSpec } from '../../mixing/mix.ts';
import { buildTransform } from '../../transforms/build-transform.ts';
import type { Transform, TransformSpec } from '../../transforms/transform.ts';
import type { LoaderOptions } from '../create-loader.ts';
import { buildSampler } from '../samplers/build-sampler.ts';
import type { SamplerSpec } from '../samplers/sampler.ts';

/** The options of a loader as data that can be sent to a worker. */
export interface LoaderSpec {
  readonly dataset: DatasetSpec;
  readonly transforms: readonly TransformSpec[];
  readonly views: Readonly<Record<string, readonly TransformSpec[]>>;
  readonly sampler?: SamplerSpec;
  readonly mix?: MixSpec;
  readonly plain: PlainOptions;
}

type PlainOptions = Omit<LoaderOptions, 'dataset' | 'transforms' | 'views' | 'sampler' | 'mix'> & {
  readonly key: PrngKey;
};

/** Throws `UNSUPPORTED`, naming it, for a data set, a transform, a sampler or a mix that is a function of the user's own. */
export function describeLoader(options: LoaderOptions<Dataset | AsyncDataset>): LoaderSpec {
  const { dataset, transforms = [], views = {}, sampler, mix, ...plain } = options;
  if (dataset.spec === undefined) throw notData(`Data set '${dataset.name}'`);
  if (sampler !== undefined && sampler.spec === undefined) throw notData('The sampler');
  if (mix !== undefined && mix.spec === undefined) throw notData('The mix');
  return {
    dataset: dataset.spec,
    transforms: specsOf(transforms, 'transforms'),
    views: Object.fromEntries(
      Object.entries(views).map(([name, steps]) => [name, specsOf(steps, `views.${name}`)]),
    ),
    ...(sampler?.spec !== undefined && { sampler: sampler.spec }),
    ...(mix?.spec !== undefined && { mix: mix.spec }),
    plain,
  };
}

/** The options that were described, over the data set that was made of `spec.dataset`. */
export function buildLoaderOptions<Source extends Dataset | AsyncDataset>(
  { transforms, views, sampler, mix, plain }: LoaderSpec,
  dataset: Source,
): LoaderOptions<Source> {
  return {
    ...plain,
    dataset,
    transforms: transforms.map(buildTransform),
    views: Object.fromEntries(
      Object.entries(views).map(([name, specs]) => [name, specs.map(buildTransform)]),
    ),
    ...(sampler !== undefined && { sampler: buildSampler(sampler) }),
    ...(mix !== undefined && { mix: buildMix(mix) }),
  };
}

function specsOf(transforms: readonly Transform[], what: string): TransformSpec[] {
  return transforms.map((transform, position) => {
    if (transform.spec === undefined) {
      const name = transform.name === '' ? '' : ` (${transform.name})`;
      throw notData(`${what}[${position}]${name}`);
    }
    return transform.spec;
  });
}

function notData(what: string): KdError {
  return new KdError(
    'UNSUPPORTED',
    `${what} is a function of your own, which cannot be sent to workers. Make the loader in a worker's module of your own with serveBatches and workerLoader, or do without workers.`,
  );
}
