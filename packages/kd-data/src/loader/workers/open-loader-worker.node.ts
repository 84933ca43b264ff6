import { Worker } from 'node:worker_threads';
import type { LoaderWorker } from './worker-port.ts';

/**
 * Images on their way to a batch are soon garbage, and small objects to the collector that stand for memory elsewhere. With the
 * young generation that V8 would choose, it waits for 300 MB of them.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

/** Starts the worker of `parallelLoader`, a file beside this one. */
export function openLoaderWorker(): LoaderWorker {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  return new Worker(new URL(`./loader-worker.node${extension}`, import.meta.url), { resourceLimits });
}
