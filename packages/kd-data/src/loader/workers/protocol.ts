import type { Batch, BatchSource, KdErrorCode } from 'kd-core';

/** What the thread that uses batches asks of a worker. */
export type Request =
  | { readonly kind: 'open'; readonly options: unknown }
  | { readonly kind: 'batch'; readonly id: number; readonly epoch: number; readonly index: number };

/** What a worker answers. */
export type Answer =
  | { readonly kind: 'opened'; readonly source: SourceDescription }
  | { readonly kind: 'batch'; readonly id: number; readonly batch: Batch }
  | { readonly kind: 'failed'; readonly id: number; readonly error: SentError }
  /** The source cannot be opened. */
  | { readonly kind: 'refused'; readonly error: SentError };

/** An error as it is sent: of a class that is not the platform's, a clone keeps neither class nor properties. */
export interface SentError {
  readonly message: string;
  /** Of a `KdError`. */
  readonly code?: KdErrorCode;
  readonly stack?: string;
}

const described = [
  'length',
  'batchSize',
  'stepsPerEpoch',
  'samples',
  'views',
  'variants',
  'mixes',
  'pads',
  'imageShape',
] as const;

/** All of a source but its batches. `imageShape` is that of loaders. */
export type SourceDescription = Omit<BatchSource, 'batch'> & { readonly imageShape?: readonly number[] };

/** A copy of what a source says of itself, without what else it may have that cannot be sent. */
export function describeSource(source: SourceDescription): SourceDescription {
  const entries = described.map((name) => [name, source[name]]).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as SourceDescription;
}
