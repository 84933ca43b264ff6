/** A number that may change while training. Steps and epochs count from 0. */
export type ScheduleConfig =
  | number
  | CosineConfig
  | StepDecayConfig
  | LinearConfig
  | PolynomialConfig
  | UntilConfig;

/** Falls from `initial` along half a cosine to `final` at the end of the run. */
export interface CosineConfig {
  name: 'cosine';
  initial: number;
  /** Default 0. */
  final?: number;
  /** Steps of linear warm-up; default 0. */
  warmupSteps?: number;
}

/** `initial`, multiplied by `factor` at each milestone. */
export interface StepDecayConfig {
  name: 'step';
  initial: number;
  /** Epochs, increasing. */
  milestones: number[];
  /** Default 0.1. */
  factor?: number;
  /** Steps of linear warm-up; default 0. */
  warmupSteps?: number;
}

/** From `initial` to `final` in a straight line, and `final` afterwards. */
export interface LinearConfig {
  name: 'linear';
  /** Default 0. */
  initial?: number;
  final: number;
  /** How long the way is; default the whole run. */
  epochs?: number;
  /** Epochs before it sets out; default 0. */
  after?: number;
  /** A little in each step (default), or once an epoch, with `1 / epochs` of the way in the first. */
  by?: 'step' | 'epoch';
}

/** `final + (initial - final) * (1 - step / steps)^power`. */
export interface PolynomialConfig {
  name: 'polynomial';
  initial: number;
  /** Default 0. */
  final?: number;
  /** Default 0.9. */
  power?: number;
  /** Steps of linear warm-up; default 0. */
  warmupSteps?: number;
}

/** `before` in the epochs below `epoch`, `after` from then on; both see the time of the whole run. */
export interface UntilConfig {
  name: 'until';
  epoch: number;
  before: ScheduleConfig;
  after: ScheduleConfig;
}
