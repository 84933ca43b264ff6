import { Worker } from 'node:worker_threads';
import type { LoaderWorker } from './worker-port.ts';

/** Starts the worker of `parallelLoader`, a file beside this one. */
export function openLoaderWorker(): LoaderWorker {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  return new Worker(new URL(`./loader-worker.node${extension}`, import.meta.url));
}
