import type { Backend, BatchSource, HostTensor, Model, ModelVariables, PrngKey, Storage } from 'kd-core';
import type { StageName } from '../checkpoint/checkpoint.ts';
import type { Method } from '../methods/method.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Schedule } from '../schedules/schedule.ts';
import type { LossScale } from '../step/loss-scale.ts';
import type { Teacher, TrainedNetwork } from '../teachers/teacher.ts';
import type { EpochSummary } from './epoch-totals.ts';
import type { ResumeOptions } from './resumption.ts';

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
  /** Length of the run, a warm-up of the method not counted: either `epochs` or `steps`. */
  readonly epochs?: number;
  readonly steps?: number;
  /** Seed of the initial variables of the student and the method. The order of the data is the source's. */
  readonly key: PrngKey;
  /**
   * Evaluated after every `every` epochs (default 1) of the main stage and at the end of the last epoch, with the network
   * that the method deploys.
   */
  readonly validation?: { readonly source: BatchSource; readonly every?: number };
  readonly checkpoint?: {
    readonly storage: Storage;
    /** Updates between checkpoints; default one epoch. There is always one at the end. */
    readonly every?: number;
    /** How many to keep beside the best, at least 1; default 2, so that a damaged one has a predecessor. */
    readonly keep?: number;
    /** More versions of software to write into them, by name; those of this package, the runtime and the backend are there. */
    readonly versions?: Readonly<Record<string, string>>;
  };
  /**
   * Continue the newest checkpoint in the storage, or start when there is none. Default false, which refuses a
   * storage that holds checkpoints. A damaged checkpoint is passed over only with `{ fallback: true }`.
   */
  readonly resume?: boolean | ResumeOptions;
  /** Stops after the current step of whatever stage, writes a checkpoint and ends with the reason `interrupted`. */
  readonly signal?: AbortSignal;
}

export interface TrainingResult {
  readonly reason: 'completed' | 'interrupted';
  /** The stage in which the run ended. */
  readonly stage: StageName;
  /** Updates made in that stage. */
  readonly step: number;
  /** What is to be used: the network that the method deploys, which is the trained student for most. */
  readonly deployed: TrainedNetwork;
  /** The trained student; where a warm-up was interrupted, that with which the main stage would begin now. */
  readonly variables: ModelVariables<HostTensor>;
  /** The method's own variables; not needed to use what is deployed. */
  readonly methodVariables: ModelVariables<HostTensor>;
  /** All finished epochs of the main stage, those before resuming included. */
  readonly history: readonly EpochSummary[];
}
