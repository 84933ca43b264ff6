import { type Batch, type BatchSource, KdError, requireArgument } from 'kd-core';
import { requireBatch } from '../require-batch.ts';
import { type Crew, openCrew } from './crew.ts';
import { readAhead } from './read-ahead.ts';
import type { LoaderWorker } from './worker-port.ts';

export interface WorkerLoaderOptions {
  /**
   * Starts a worker whose module calls `serveBatches`, such as
   * `() => new Worker(new URL('./data-worker.js', import.meta.url), { type: 'module' })`; in Node, `Worker` is that of
   * `node:worker_threads`. The loader ends it.
   */
  readonly worker: () => LoaderWorker;
  /** Given to `open` in each worker: data that can be cloned. `SharedArrayBuffer`s in it are shared by all workers, not copied. */
  readonly options?: unknown;
  /** How many workers make batches. Default 1. */
  readonly workers?: number;
  /**
   * How many batches are made ahead of the one that was asked for last, and so the most that are kept in memory. Default two a worker.
   */
  readonly prefetch?: number;
}

/** A source of batches that workers make. */
export interface WorkerLoader extends BatchSource, AsyncDisposable {
  /**
   * The batch that the source gives, whatever the number of workers. It is the caller's to keep and to change. Rejected with the error of
   * the source, with `WORKER` once a worker has ended by itself, and with `INVALID_ARGUMENT` after `dispose`.
   */
  batch(epoch: number, index: number): Promise<Batch>;
  /** Ends the workers. */
  dispose(): Promise<void>;
}

/**
 * Batches of a source that lives in workers (`serveBatches`): what `batch` gives is the same for any number of them, in any order of
 * access. The next batches in order are made ahead, `prefetch` at most, and no further until one is taken. A process may end while
 * workers are idle or make batches that nobody waits for.
 *
 * Rejected with `INVALID_ARGUMENT` for bad numbers, options that cannot be sent and workers whose sources differ, with `WORKER` for a
 * worker that cannot be started, and with the error of `open`.
 */
export async function workerLoader({
  worker,
  options,
  workers = 1,
  prefetch = 2 * workers,
}: WorkerLoaderOptions): Promise<WorkerLoader> {
  requireArgument(
    Number.isInteger(workers) && workers >= 1,
    () => `workers must be a positive integer, got ${workers}.`,
  );
  requireArgument(
    Number.isInteger(prefetch) && prefetch >= 0,
    () => `prefetch must be a whole number of batches, 0 or more, got ${prefetch}.`,
  );
  const crew = await openCrew(worker, workers, options);
  crew.hold(false);
  return crewLoader(crew, prefetch);
}

function crewLoader(crew: Crew, prefetch: number): WorkerLoader {
  const { stepsPerEpoch } = crew.source;
  const steps = readAhead(prefetch, (step) =>
    crew.begin(Math.floor(step / stepsPerEpoch), step % stepsPerEpoch),
  );
  let waiting = 0;
  const wait = async <Result>(result: Promise<Result>): Promise<Result> => {
    if (++waiting === 1) crew.hold(true);
    try {
      return await result;
    } finally {
      if (--waiting === 0) crew.hold(false);
    }
  };
  const dispose = async (): Promise<void> => {
    steps.close();
    await crew.close(new KdError('INVALID_ARGUMENT', 'This loader has been disposed of.'));
  };
  return {
    ...crew.source,
    async batch(epoch, index) {
      requireBatch(epoch, index, stepsPerEpoch);
      return wait(steps.take(epoch * stepsPerEpoch + index));
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
