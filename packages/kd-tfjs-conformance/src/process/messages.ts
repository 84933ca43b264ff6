import type { SpecResult } from '../spec-result.ts';

/** What the process that runs the specs is told, as its only argument, in JSON. */
export interface SpecProcessOptions {
  readonly backend: string;
  /** Registers a backend that could read synchronously as one that cannot. */
  readonly withoutSyncReads: boolean;
  /** Only specs whose name contains this, whatever the case. */
  readonly filter: string;
  /** Specs up to and including this number have been run by an earlier process. */
  readonly after: number;
  readonly specTimeoutMilliseconds: number;
}

/** What it tells its supervisor; specs are numbered in the order in which they run. */
export type SpecProcessMessage =
  | { readonly kind: 'started'; readonly spec: number; readonly name: string }
  | { readonly kind: 'done'; readonly spec: number; readonly result: SpecResult }
  /** A suite whose set-up or tear-down failed. */
  | { readonly kind: 'suite-failed'; readonly result: SpecResult }
  /** What a backend of this SDK has warned of. */
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'end' };
