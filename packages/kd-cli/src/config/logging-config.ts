/** What is written of a run beside `metrics.jsonl`, which is always there. */
export interface LoggingConfig {
  /** `metrics.csv`, a row an epoch; default true. */
  csv?: boolean;
  /** Event files for TensorBoard in the folder `tensorboard`; default true. */
  tensorBoard?: boolean;
  /** In `metrics.jsonl` and for TensorBoard: every which step is written; default 1, all. */
  everySteps?: number;
}
