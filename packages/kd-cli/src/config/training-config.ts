export interface CheckpointConfig {
  /** Updates between two checkpoints; default one epoch. */
  everySteps?: number;
  /** How many to keep; default 2. */
  keep?: number;
}
