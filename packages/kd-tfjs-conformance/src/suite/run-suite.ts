import type { SpecResult } from '../spec-result.ts';
import { withBundledSpecs } from './bundle-specs.ts';
import { type SpecListener, superviseSpecs } from './supervise-specs.ts';

export interface SuiteOptions extends SpecListener {
  readonly backend: string;
  /** Registers a backend that could read synchronously as one that cannot (default false). */
  readonly withoutSyncReads?: boolean;
  /** Also the tests of fused, image, sparse, string and spectral ops, losses and linear algebra (default false). */
  readonly all?: boolean;
  /** Only specs whose name contains this, whatever the case (default all). */
  readonly filter?: string;
  /** How long one spec may take (default 20,000). */
  readonly specTimeoutMilliseconds?: number;
}

/** Runs tfjs-core's own tests on a backend, in a process of their own. */
export function runSuite(options: SuiteOptions): Promise<SpecResult[]> {
  return withBundledSpecs({ all: options.all ?? false }, (program) =>
    superviseSpecs(
      program,
      {
        backend: options.backend,
        withoutSyncReads: options.withoutSyncReads ?? false,
        filter: options.filter ?? '',
        specTimeoutMilliseconds: options.specTimeoutMilliseconds ?? 20_000,
      },
      options,
    ),
  );
}
