import type { PrngKey } from 'kd-core';

/** What a sampler is told of a data set. */
export interface SampledData {
  /** Names the data set in messages. */
  readonly name: string;
  /** The class of each sample, in the order of the data set. */
  readonly labels: Int32Array;
  /** Number of classes. */
  readonly classes: number;
}

/** Which samples the epochs of a data set show. */
export interface SampleOrder {
  /** Samples in every epoch. */
  readonly length: number;
  /**
   * The positions in the data set that an epoch shows, in order, `length` of them: a pure function of the epoch's key. A sample may
   * come several times, and may be left out.
   */
  positions(key: PrngKey): Int32Array;
}

/** Chooses the samples of each epoch. Refuses data that it cannot sample with `INVALID_ARGUMENT`. */
export interface Sampler {
  (data: SampledData): SampleOrder;
  /** What it is, as data of which a worker makes it again; absent of a function of one's own. */
  readonly spec?: SamplerSpec;
}

/** A sampler as data: the name of the function that makes it, and what that was given. */
export type SamplerSpec =
  | { readonly name: 'classBalanced'; readonly options: ClassBalancedOptions }
  | { readonly name: 'weighted'; readonly options: WeightedOptions };

export interface ClassBalancedOptions {
  /** How many samples of each class an epoch shows. Default: so many that an epoch has about the length of the data set. */
  readonly samplesPerClass?: number;
}

export interface WeightedOptions {
  /** For each sample, in the order of the data set: its share of the draws, 0 or more, of any sum. Not copied. */
  readonly weights: ArrayLike<number>;
  /** Samples in an epoch. Default: as many as the data set has. */
  readonly length?: number;
}

/** `choose` as the sampler that the function `spec.name` makes of `spec.options`. */
export function describedSampler(spec: SamplerSpec, choose: (data: SampledData) => SampleOrder): Sampler {
  return Object.assign(choose, { spec });
}
