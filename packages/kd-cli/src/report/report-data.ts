import type { ReliabilityBin } from './charts/reliability-diagram.ts';

/** The three networks of a distillation: the large one, the small one on labels only, the small one taught. */
export type Role = 'teacher' | 'alone' | 'distilled';

/** Everything a report shows. `metrics.json` holds the same. */
export interface RunReport {
  readonly format: 'kd-report/1';
  readonly title: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly wallSeconds: number;
  /** The samples on which the numbers were taken. */
  readonly split: 'test' | 'validation';
  readonly dataset: DatasetFacts;
  readonly networks: readonly NetworkResult[];
  /** Of the exported student; absent when none was exported. */
  readonly exported?: ExportResult;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string>>;
  /** The command that makes this report again. */
  readonly reproduce: string;
  /** What a reader must know to judge the numbers. */
  readonly notes: readonly string[];
}

export interface DatasetFacts {
  readonly name: string;
  readonly classes: number;
  /** [height, width, channels] */
  readonly inputShape: readonly number[];
  readonly samples: {
    readonly train: number;
    /** Of `train`, what the students learn from; the rest is for the teacher alone. */
    readonly transfer: number;
    readonly validation: number;
    readonly test: number;
  };
  readonly attribution?: string;
}

export interface NetworkResult {
  readonly role: Role;
  readonly label: string;
  /** As a reader would say it: `resnet20, widths 16-32-64`, or the name of a file. */
  readonly architecture: string;
  readonly parameters?: number;
  /** Multiply-accumulates for one input; absent for a network that is known as a file only. */
  readonly macs?: number;
  /** Of the ONNX file. */
  readonly fileBytes?: number;
  readonly latency?: LatencyResult;
  /** One a seed, in the same order for every network. */
  readonly runs: readonly SeedRun[];
}

export interface LatencyResult {
  readonly batchSize: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly runs: number;
  readonly threads: number;
}

export interface SeedRun {
  readonly seed: number;
  /** Optimiser steps made; absent for a network that was read from a file. */
  readonly updates?: number;
  readonly metrics: Metrics;
  /** With the teacher, of a student whose teacher names the same classes. */
  readonly agreement?: TeacherAgreement;
  readonly curve: readonly CurvePoint[];
}

/** How often a student says what its teacher says, on the same samples. */
export interface TeacherAgreement {
  /** Fraction of samples, 0 to 1, for which both name the same class. */
  readonly agreement: number;
  /** Mean KL divergence of the student's probabilities from the teacher's, in nats. */
  readonly divergence: number;
}

/** Fractions in 0..1, `nll` in nats. */
export interface Metrics {
  readonly count: number;
  readonly top1: number;
  readonly nll: number;
  readonly ece: number;
  readonly bins: readonly ReliabilityBin[];
}

/** The state of a training at the end of an epoch. */
export interface CurvePoint {
  readonly epoch: number;
  /** Mean training loss of the epoch. */
  readonly loss: number;
  readonly validationTop1: number;
}

export interface ExportResult {
  readonly file: string;
  readonly fileBytes: number;
  /** Of the logits, over every evaluated sample and seed. */
  readonly maximumAbsoluteDifference: number;
  readonly samples: number;
  /** Samples for which file and network name the same class. */
  readonly agreeing: number;
}
