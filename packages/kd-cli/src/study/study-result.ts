import type { RunReport } from '../report/report-data.ts';
import type { LossAgreement, StepTimes } from './step-times.ts';

/** One training of a study. */
export interface StudyTraining {
  readonly kind: 'alone' | 'distilled' | 'live teacher';
  readonly seed: number;
  readonly epochs: number;
  /** Wall time, with compilation, validation and checkpoints. */
  readonly seconds: number;
  /** Absent where a resumed study had the training already. */
  readonly times?: StepTimes;
}

/** What is kept of the teacher. */
export interface CacheUse {
  readonly images: number;
  readonly variants: number;
  readonly bytes: number;
  /** Of asking ahead. */
  readonly fillSeconds: number;
  /** Images that the teacher had to compute in this study. */
  readonly computed: number;
}

/** Everything that a study has found. */
export interface StudyResult {
  readonly report: RunReport;
  readonly trainings: readonly StudyTraining[];
  readonly cache?: CacheUse;
  /** The losses with what is kept of the teacher against those with the teacher in each step. */
  readonly live?: LossAgreement;
}
