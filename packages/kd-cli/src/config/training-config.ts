import type {
  DeadUnitMonitorOptions,
  EarlyStoppingOptions,
  GradientNormMonitorOptions,
  NonFiniteOptions,
  WeightAveraging,
} from 'kd-train';
import type { ScheduleConfig } from './schedule-config.ts';

export interface CheckpointConfig {
  /** Updates between two checkpoints; default one epoch. */
  everySteps?: number;
  /** How many to keep; default 2. */
  keep?: number;
}

/** How all networks of a run are trained, beside their optimisers. */
export interface TrainingConfig {
  /** A limit above 0 on the norm of the whole gradient, or on each of its elements; default none. */
  gradientClipping?: { norm: ScheduleConfig } | { value: ScheduleConfig };
  /** How many batches make an update; default 1. */
  accumulation?: number;
  /** Averages the weights that are validated and written, over the updates; default none. */
  averaging?: WeightAveraging;
  /** A factor on the loss while its gradient is computed, for backends that compute in float16, or `'dynamic'`; default none. */
  lossScale?: number | 'dynamic';
  /** What is done when a loss or a gradient is NaN or infinite; default `'stop'`. */
  nonFinite?: NonFiniteOptions['policy'] | NonFiniteOptions;
  /** What is watched and told of; default nothing. */
  monitors?: {
    gradientNorm?: boolean | GradientNormMonitorOptions;
    deadUnits?: boolean | Omit<DeadUnitMonitorOptions, 'taps'>;
  };
  /** Writes the network of the best epoch instead of the last; default none. */
  select?: SelectConfig;
  /** Ends a training whose validation no longer gets better; default never. */
  earlyStopping?: EarlyStoppingOptions;
}

export interface SelectConfig {
  metric: EarlyStoppingOptions['metric'];
  /**
   * The images by which epochs are compared. `'test'` is for comparison with papers that did so: the accuracy is then too
   * high, and the report says why. Default `'validation'`.
   */
  on?: 'validation' | 'test';
}
