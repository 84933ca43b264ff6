import type { Backend, BatchSource, HostTensor, Model, ModelVariables, PrngKey, Storage } from 'kd-core';
import type { StageName } from '../checkpoint/checkpoint.ts';
import type { Method } from '../methods/method.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Schedule } from '../schedules/schedule.ts';
import type { GradientClippingOptions } from '../step/gradient-clipping.ts';
import type { LossScale } from '../step/loss-scale.ts';
import type { WeightAveraging } from '../step/weight-averaging.ts';
import type { Teacher, TrainedNetwork } from '../teachers/teacher.ts';
import type { BestNetwork } from './best-network.ts';
import type { EpochSummary } from './epoch-totals.ts';
import type { MonitorOptions } from './monitors/monitors.ts';
import type { NonFiniteOptions, NonFinitePolicy } from './non-finite.ts';
import type { ResumeOptions } from './resumption.ts';
import type { EarlyStoppingOptions, SelectOptions } from './selection.ts';
import type { EndReason } from './training-event.ts';

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
  /** A limit on the gradient before the optimiser sees it. Default none. */
  readonly gradientClipping?: GradientClippingOptions;
  /**
   * How many consecutive batches make an update, by the mean gradient over all their samples; everything that counts steps counts
   * updates. The last update of an epoch takes what is left. Default 1.
   */
  readonly accumulation?: number;
  /**
   * Averages the weights of the network that is deployed, in the main stage. It is the average that is validated, selected by
   * and deployed; the optimiser goes on with the weights themselves. Default none.
   */
  readonly averaging?: WeightAveraging;
  /** What is done when a loss or the gradient is NaN or infinite. Default `stop`. */
  readonly nonFinite?: NonFinitePolicy | NonFiniteOptions;
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
  /**
   * Keeps the network of the epoch whose validation is best, as `TrainingResult.best`; its checkpoint stays in the storage whatever
   * `keep` says. The validation source must not be the test split of a result that is reported. Default none.
   */
  readonly select?: SelectOptions;
  /** Ends the main stage, with the reason `stopped-early`, when its validation no longer gets better. Default never. */
  readonly earlyStopping?: EarlyStoppingOptions;
  /** What is watched while training, and told by events and warnings. Default nothing. */
  readonly monitors?: MonitorOptions;
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
  readonly reason: EndReason;
  /** The stage in which the run ended. */
  readonly stage: StageName;
  /** Updates made in that stage. */
  readonly step: number;
  /**
   * What is to be used: the network that the method deploys, which is the trained student for most; with its averaged weights
   * where the run averages.
   */
  readonly deployed: TrainedNetwork;
  /** With averaging: the same network with the weights that the optimiser ended with. */
  readonly unaveraged?: TrainedNetwork;
  /** With `select`: the network of the best epoch; absent before the first evaluation. */
  readonly best?: BestNetwork;
  /** The trained student, never averaged; where a warm-up was interrupted, that with which the main stage would begin now. */
  readonly variables: ModelVariables<HostTensor>;
  /** The method's own variables; not needed to use what is deployed. */
  readonly methodVariables: ModelVariables<HostTensor>;
  /** All finished epochs of the main stage, those before resuming included. */
  readonly history: readonly EpochSummary[];
}
