import type { Backend, BatchSource, HostTensor, Model, ModelVariables, PrngKey } from 'kd-core';
import type { Storage } from '../checkpoint/storage.ts';
import type { Method } from '../methods/method.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Schedule } from '../schedules/schedule.ts';
import type { LossScale } from '../step/loss-scale.ts';
import type { Teacher } from '../teachers/teacher.ts';
import type { EpochSummary } from './epoch-totals.ts';

export interface TrainingOptions {
  readonly backend: Backend;
  readonly student: Model;
  /** Where the student starts; default: its `init` with a key derived from `key`. */
  readonly studentVariables?: ModelVariables<HostTensor>;
  /**
   * Default none. One that runs outside of the step works on the next batch while the student learns from the last;
   * what it holds is not disposed here.
   */
  readonly teachers?: readonly Teacher[];
  readonly method: Method;
  readonly optimizer: Optimizer;
  /**
   * For a backend that computes in float16: a factor on the loss while its gradient is computed, a number or
   * `dynamicLossScale()`. Default none.
   */
  readonly lossScale?: number | LossScale;
  readonly learningRate: number | Schedule;
  readonly source: BatchSource;
  /** Length of the run: either `epochs` or `steps`. */
  readonly epochs?: number;
  readonly steps?: number;
  /** Seed of the initial variables of the student and the method. The order of the data is the source's. */
  readonly key: PrngKey;
  /** Evaluated after every `every` epochs (default 1) and at the end of the last epoch. */
  readonly validation?: { readonly source: BatchSource; readonly every?: number };
  readonly checkpoint?: {
    readonly storage: Storage;
    /** Updates between checkpoints; default one epoch. There is always one at the end. */
    readonly every?: number;
    /** How many to keep, at least 1; default 2, so that a damaged one has a predecessor. */
    readonly keep?: number;
  };
  /**
   * Continue the newest checkpoint in the storage, or start when there is none. Default false, which refuses a
   * storage that holds checkpoints.
   */
  readonly resume?: boolean;
  /** Stops after the current step, writes a checkpoint and ends with the reason `interrupted`. */
  readonly signal?: AbortSignal;
}

export interface TrainingResult {
  readonly reason: 'completed' | 'interrupted';
  /** Updates made. */
  readonly step: number;
  /** The trained student. */
  readonly variables: ModelVariables<HostTensor>;
  /** The method's own variables; not needed to use the student. */
  readonly methodVariables: ModelVariables<HostTensor>;
  /** All finished epochs, those before resuming included. */
  readonly history: readonly EpochSummary[];
}
