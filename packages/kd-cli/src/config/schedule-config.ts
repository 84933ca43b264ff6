/** A number that may change while training. Steps and epochs count from 0. */
export type ScheduleConfig =
  | number
  | CosineConfig
  | StepDecayConfig
  | OneCycleConfig
  | LinearConfig
  | PolynomialConfig
  | UntilConfig
  | SequenceConfig
  | ProductConfig;

/** A linear warm-up, of so many steps or so many epochs. The schedule is not shifted by it. */
interface WarmupKeys {
  /** Default 0. */
  warmupSteps?: number;
  /** Default 0. */
  warmupEpochs?: number;
  /** The factor of the first step, from 0 to 1; default as much as it grows by in each step. */
  warmupStart?: number;
}

/** Falls from `initial` along half a cosine to `final` at the end of the run. */
export interface CosineConfig extends WarmupKeys {
  name: 'cosine';
  initial: number;
  /** Default 0. */
  final?: number;
  /** Falls again and again, first over `epochs`, then over `factor` (at least 1, default 1) times as many as before. */
  restarts?: { epochs: number; factor?: number };
  /** The same value in all steps of an epoch. Default false. */
  perEpoch?: boolean;
}

/** `initial`, multiplied by `factor` at each milestone or after every so many epochs. */
export interface StepDecayConfig extends WarmupKeys {
  name: 'step';
  initial: number;
  /** Epochs, increasing. Either these or `every`. */
  milestones?: number[];
  /** Epochs from one decay to the next. */
  every?: number;
  /** Default 0.1. */
  factor?: number;
}

/** One rise to `maximum` and one fall far below the start, over the run. */
export interface OneCycleConfig {
  name: 'oneCycle';
  maximum: number;
  /** It starts at `maximum / initialDivisor`. Default 25. */
  initialDivisor?: number;
  /** It ends at the start divided by this. Default 10000. */
  finalDivisor?: number;
  /** Share of the run in which it rises. Default 0.3. */
  rise?: number;
  /** Default `'cosine'`. */
  anneal?: 'cosine' | 'linear';
  /** Falls to the start in as many steps as it rose in, and then on. Default false. */
  threePhases?: boolean;
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
export interface PolynomialConfig extends WarmupKeys {
  name: 'polynomial';
  initial: number;
  /** Default 0. */
  final?: number;
  /** Default 0.9. */
  power?: number;
  /** The same value in all steps of an epoch. Default false. */
  perEpoch?: boolean;
}

/** `before` in the epochs below `epoch`, `after` from then on; both see the time of the whole run. */
export interface UntilConfig {
  name: 'until';
  epoch: number;
  before: ScheduleConfig;
  after: ScheduleConfig;
}

/** One schedule after the other, each in a time of its own. All but the last have a length, in either epochs or steps. */
export interface SequenceConfig {
  name: 'sequence';
  parts: { schedule: ScheduleConfig; epochs?: number; steps?: number }[];
}

/** Several schedules, multiplied. */
export interface ProductConfig {
  name: 'product';
  factors: ScheduleConfig[];
}
