import type { AsyncDataset } from '../../dataset.ts';
import { createLoader } from '../create-loader.ts';
import { buildLoaderOptions, type LoaderSpec } from './loader-spec.ts';
import { type FilePlatform, openDataset } from './open-dataset.ts';
import type { ParentPort } from './parent-port.ts';
import { serveBatchesOn } from './serve-batches.ts';

/** Serves the batches of a loader that was described by `describeLoader`. */
export function serveLoader(port: ParentPort, platform: FilePlatform): void {
  serveBatchesOn<LoaderSpec>(port, async (spec) => {
    // The loader finds out itself whether images come at once.
    const dataset = (await openDataset(spec.dataset, platform)) as AsyncDataset;
    return createLoader(buildLoaderOptions(spec, dataset));
  });
}
