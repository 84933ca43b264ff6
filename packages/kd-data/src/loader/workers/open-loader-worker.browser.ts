import type { LoaderWorker, WebWorker } from './worker-port.ts';

declare const Worker: new (url: URL, options: { readonly type: 'module' }) => WebWorker;

/** Starts the worker of `parallelLoader`. Bundlers find its file by this very expression. */
export function openLoaderWorker(): LoaderWorker {
  return new Worker(new URL('./loader-worker.browser.js', import.meta.url), { type: 'module' });
}
