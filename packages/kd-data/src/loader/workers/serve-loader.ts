import { createLoader } from '../create-loader.ts';
import { buildLoaderOptions, type LoaderSpec } from './loader-spec.ts';
import { openDataset } from './open-dataset.ts';
import type { ParentPort } from './parent-port.ts';
import { serveBatchesOn } from './serve-batches.ts';

/** Serves the batches of a loader that was described by `describeLoader`. */
export function serveLoader(port: ParentPort): void {
  serveBatchesOn<LoaderSpec>(port, (spec) =>
    createLoader(buildLoaderOptions(spec, openDataset(spec.dataset))),
  );
}
