import type { Batch, PrngKey } from 'kd-core';

/**
 * Makes mixtures of the samples of a batch. A pure function: the same batch and key always give the same result, and the input
 * is left as it is. The result has `mixed`, and `labels` and `indices` of the larger part of each image.
 */
export interface Mix {
  (batch: Batch, key: PrngKey): Batch;
  /** What it is, as data of which `buildMix` makes it again, such as in a worker; absent of a function of one's own. */
  readonly spec?: MixSpec;
}

/** A mix as data: the name of the function that makes it, and what that was given. */
export interface MixSpec {
  readonly name: string;
  /** JSON values only. */
  readonly options: Readonly<Record<string, unknown>>;
}

export function describedMix(spec: MixSpec, apply: (batch: Batch, key: PrngKey) => Batch): Mix {
  return Object.assign(apply, { spec });
}
