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
  /** Which of the `BatchSource.variants` of each sample its image is; absent where there is no end of them. */
  readonly variant?: number;
  /** Of images that are mixtures of two samples (mixup, CutMix). Absent where each is one sample. */
  readonly mixed?: MixedLabels;
  /**
   * bool [batch]: 1 for samples that count, 0 for those that fill a last batch up and must count for nothing. Absent where all
   * count.
   */
  readonly mask?: HostTensor;
}

/** The classes of images that are mixtures of two samples. */
export interface MixedLabels {
  /** int32 [batch]: the class of the second sample of each. */
  readonly labels: HostTensor;
  /**
   * float32 [batch], each in [0.5, 1]: the share of the first sample, the larger one, whose class and index the batch has; 1 for
   * an image that is no mixture.
   */
  readonly shares: HostTensor;
}

/** Which images of a data set a batch has. Two images of one index and variant from one source are the same, bit for bit. */
export interface SampleIdentity {
  /** int32 [batch] */
  readonly indices: HostTensor;
  readonly variant: number;
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
  /**
   * How many images it makes of each sample; those of epoch e are the variants e modulo this. 1 without augmentation.
   * Absent where every epoch has its own, so that nothing that is computed of an image can be used again.
   */
  readonly variants?: number;
  /** Whether its batches have `mixed`. Default false. */
  readonly mixes?: boolean;
  /** Whether its last batch is filled up with samples that do not count, by `Batch.mask`. Default false. */
  readonly pads?: boolean;
  /** `epoch` counts from 0, `index` is in [0, stepsPerEpoch). */
  batch(epoch: number, index: number): Batch | Promise<Batch>;
}
