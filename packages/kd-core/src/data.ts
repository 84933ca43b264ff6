import type { HostTensor } from './trees/host-tensor.ts';

/** Some samples of a data set, as a network takes them. */
export interface Batch {
  /** float32 [batch, height, width, channels] */
  readonly images: HostTensor;
  /** int32 [batch], each in [0, classes) */
  readonly labels: HostTensor;
  /** int32 [batch]: which sample of the data set each one is */
  readonly indices: HostTensor;
}

/**
 * Batches in an order that is a pure function of the epoch, so that a run can be resumed at any step:
 * `batch(epoch, index)` always gives the same values.
 */
export interface BatchSource {
  /** Samples in one epoch. */
  readonly length: number;
  /** Samples in a batch; the last batch of an epoch may have fewer. */
  readonly batchSize: number;
  /** Batches in one epoch. */
  readonly stepsPerEpoch: number;
  /** `epoch` counts from 0, `index` is in [0, stepsPerEpoch). */
  batch(epoch: number, index: number): Batch | Promise<Batch>;
}
