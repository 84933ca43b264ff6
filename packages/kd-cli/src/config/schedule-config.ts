/** A number that may change while training. Steps and epochs count from 0. */
export type ScheduleConfig = number | CosineConfig | StepDecayConfig;

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
