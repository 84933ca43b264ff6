import type { AsyncDataset, Dataset, ImageShape } from '../dataset.ts';
import { type AsyncLoader, createLoader, type Loader, type LoaderOptions } from './create-loader.ts';
import { describeLoader } from './workers/loader-spec.ts';
import { shareDataset } from './workers/share-dataset.ts';
import { type WorkerLoader, workerLoader } from './workers/worker-loader.ts';

export interface ParallelLoaderOptions extends LoaderOptions<Dataset | AsyncDataset> {
  /** How many workers make batches; 0 makes them on this thread when they are asked for. Default 1. */
  readonly workers?: number;
  /** How many batches are made ahead (see `WorkerLoaderOptions`). Default two a worker. */
  readonly prefetch?: number;
}

/** A loader whose batches workers make. */
export interface ParallelLoader extends WorkerLoader {
  /** [height, width, channels] of one image of a batch, after the transforms. */
  readonly imageShape: ImageShape;
}

/**
 * `createLoader` in workers: the same batches, bit for bit, whatever the number of workers. Pixels and labels in memory are moved to shared
 * memory once, where all workers read them. Data set, transforms and sampler must be those of this package, which workers can
 * make again; for functions of your own there is `workerLoader`.
 *
 * Rejected with `UNSUPPORTED` for what cannot be sent to workers, by its name, and with what `createLoader` throws.
 */
export async function parallelLoader({
  workers = 1,
  prefetch,
  ...options
}: ParallelLoaderOptions): Promise<ParallelLoader> {
  if (workers === 0) return onThisThread(createLoader(options as LoaderOptions<AsyncDataset>));
  const spec = describeLoader(options);
  const { openLoaderWorker } = await import('#loader-worker');
  const loader = await workerLoader({
    worker: openLoaderWorker,
    options: { ...spec, dataset: shareDataset(spec.dataset) },
    workers,
    ...(prefetch !== undefined && { prefetch }),
  });
  return loader as ParallelLoader;
}

function onThisThread(loader: Loader | AsyncLoader): ParallelLoader {
  const dispose = async (): Promise<void> => {};
  return {
    ...loader,
    batch: async (epoch, index) => loader.batch(epoch, index),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
