import type { HostTensor } from './trees/host-tensor.ts';

/** Some samples of a data set, as a network takes them. */
export interface Batch {
  /** float32 [batch, height, width, channels] */
  readonly images: HostTensor;
  /** int32 [batch], each in [0, classes) */
  readonly labels: HostTensor;
  /** int32 [batch]: which sample of the data set each one is */
  readonly indices: HostTensor;
  /**
   * The same samples seen in other ways, by name: augmented more strongly (`strong`), or by another sensor. float32
   * [batch, height, width, channels], whose size and channels may differ from those of `images`.
   */
  readonly views?: Readonly<Record<string, HostTensor>>;
}

/** The samples of a data set by their index, for methods that remember something of each. */
export interface SampleTable {
  /** Every index is below. */
  readonly count: number;
  /** The class of each index; -1 where the source has no such sample. */
  readonly labels: Int32Array;
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
  /** Absent where it is not known; methods that need it refuse such a source. */
  readonly samples?: SampleTable;
  /** Shapes [height, width, channels] of the views that every batch has; default none. */
  readonly views?: Readonly<Record<string, readonly number[]>>;
  /** `epoch` counts from 0, `index` is in [0, stepsPerEpoch). */
  batch(epoch: number, index: number): Batch | Promise<Batch>;
}
