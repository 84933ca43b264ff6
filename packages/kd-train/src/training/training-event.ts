import type { ClassificationMetrics } from 'kd-core';
import type { StageName } from '../checkpoint/checkpoint.ts';
import type { EpochSummary, StepMetrics } from './epoch-totals.ts';
import type { DeadUnitsReport } from './monitors/dead-unit-monitor.ts';
import type { GradientNormReport } from './monitors/gradient-norm-monitor.ts';

/** What each event of a stage says; its steps and epochs are counted in the stage. */
export interface StageEvent {
  readonly stage: StageName;
}

/** A stage begins, or goes on. */
export interface StartEvent extends StageEvent {
  readonly type: 'start';
  /** Updates made before; above 0 for a resumed stage. */
  readonly step: number;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  /** Name of the checkpoint that the stage continues, or that of a finished warm-up that it follows. */
  readonly resumedFrom?: string;
}

/** What the gradient-norm monitor has seen since it last told; with `accumulation`, of whole updates. */
export interface GradientNormEvent extends StageEvent, GradientNormReport {
  readonly type: 'gradient-norm';
  /** The last update that was seen. */
  readonly step: number;
  readonly epoch: number;
}

/** What the dead-unit monitor has found in a window of batches. */
export interface DeadUnitsEvent extends StageEvent, DeadUnitsReport {
  readonly type: 'dead-units';
  /** The update after which the last batch of the window was looked at. */
  readonly step: number;
  readonly epoch: number;
}

/** Something that the user should know and that does not stop the run. */
export interface WarningEvent {
  readonly type: 'warning';
  readonly message: string;
}

export interface StepEvent extends StageEvent, StepMetrics {
  readonly type: 'step';
  /** Of this update, counted from 0. */
  readonly step: number;
  readonly epoch: number;
  readonly samples: number;
  readonly learningRate: number;
  /** The method's scalars at this step. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Wall time of the step, waiting for its data included; the first one also compiles. */
  readonly milliseconds: number;
  /** Of `milliseconds`, how long the step waited for its batch and what outside teachers say of it: not overlapped with anything. */
  readonly waitMilliseconds: number;
  /**
   * Of `milliseconds`, from the call of the compiled step to its metrics on the host. The main thread may have prepared the
   * next batch meanwhile. What is in neither this nor `waitMilliseconds` is JavaScript that only this step needed.
   */
  readonly backendMilliseconds: number;
  /** Wall time of the source for this batch, most of which is overlapped with the step before. */
  readonly dataMilliseconds: number;
  /** Wall time of the teachers outside of the step for this batch, overlapped as that of the source; 0 without any. */
  readonly teacherMilliseconds: number;
}

export interface EpochEvent extends StageEvent, EpochSummary {
  readonly type: 'epoch';
}

/** Of the main stage. */
export interface EvaluationEvent {
  readonly type: 'evaluation';
  readonly epoch: number;
  readonly metrics: ClassificationMetrics;
  /** With `select`: whether it is the best so far. */
  readonly best?: boolean;
}

export interface CheckpointEvent extends StageEvent {
  readonly type: 'checkpoint';
  /** Updates made. */
  readonly step: number;
  readonly name: string;
}

/** Why a stage ended: `stopped-early` when its validation no longer got better, `interrupted` when it was stopped from outside. */
export type EndReason = 'completed' | 'stopped-early' | 'interrupted';

/** A stage has ended; the run goes on after a warm-up that is `completed`. */
export interface EndEvent extends StageEvent {
  readonly type: 'end';
  readonly reason: EndReason;
  /** Updates made. */
  readonly step: number;
  /** For an interrupted run: how to go on. */
  readonly message: string;
}

/** Everything that a run tells while it goes on; progress bars, logs and reports are consumers of this stream. */
export type TrainingEvent =
  | StartEvent
  | WarningEvent
  | StepEvent
  | EpochEvent
  | EvaluationEvent
  | CheckpointEvent
  | GradientNormEvent
  | DeadUnitsEvent
  | EndEvent;
