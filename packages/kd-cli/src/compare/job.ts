import type { DistillConfig } from '../config/config.ts';
import type { DatasetFacts } from '../report/report-data.ts';

/** One training of a comparison, as it is handed to a process of its own. */
export interface Job {
  readonly kind: 'teacher' | 'student';
  /** With absolute paths. Of a teacher's job, the teacher is trained; of a student's, it is read from a file. */
  readonly config: DistillConfig;
  /** The samples that it is measured on. */
  readonly split: 'test' | 'validation';
  readonly backend: string;
  readonly threads: number;
  /** The file for the weights of a teacher. */
  readonly weights?: string;
}

export interface JobResult {
  readonly architecture: string;
  readonly parameters: number;
  readonly dataset: DatasetFacts;
  /** Fractions, `nll` in nats. */
  readonly metrics: { readonly top1: number; readonly nll: number; readonly ece: number };
  /** Optimiser steps of the main stage. */
  readonly steps: number;
  /** Median of the steps, but for the first ones. */
  readonly millisecondsPerStep: number;
  /** Of the whole process. */
  readonly peakBytes: number;
  /** From the start of the process to its answer. */
  readonly seconds: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** `error` is the message of whatever went wrong. */
export type JobAnswer = { readonly result: JobResult } | { readonly error: string };
