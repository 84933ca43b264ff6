import type { Scalar, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { MixedTargets, Model, ModelVariables } from 'kd-core';
import type { Method, NetworkOutput } from '../methods/method.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { TeacherNetwork } from '../teachers/teacher.ts';
import type { GradientClipping } from './gradient-clipping.ts';
import type { LossScale } from './loss-scale.ts';
import type { TrainingState } from './training-state.ts';
import type { StepGuard } from './update-guard.ts';

/** What a step is made of. */
export interface TrainingStepOptions {
  readonly student: Model;
  readonly teachers: readonly TeacherNetwork[];
  /** Of each teacher the view that it is shown instead of the images; default none. */
  readonly teacherViews?: readonly (string | undefined)[];
  readonly method: Method;
  readonly optimizer: Optimizer;
  /**
   * The gradient is computed of the loss times a factor and divided by it again, a number or `dynamicLossScale()`: for
   * backends that compute in float16. Default none.
   */
  readonly lossScale?: number | LossScale | undefined;
  /** The limit itself is the argument `scalars.clipping`. Default none. */
  readonly clipping?: GradientClipping['by'] | undefined;
  /** Which numbers that are not finite make the step change nothing; default those of `lossScale`, where that is dynamic. */
  readonly guard?: StepGuard | undefined;
  /** Whether the metrics have the norm of the gradient of each part of the networks. Default false. */
  readonly gradientParts?: boolean | undefined;
}

/** One batch as a step takes it, with what was computed outside. */
export interface StepBatch {
  /** Frozen; one a teacher, which is `noVariables` for a teacher that runs outside of the step. */
  readonly teachers: readonly ModelVariables<Tensor>[];
  /** What each teacher that runs outside of the step gives for this batch, by its index; default none. */
  readonly teacherOutputs?: Readonly<Record<string, NetworkOutput>>;
  readonly batch: {
    readonly images: Tensor4D;
    readonly labels: Tensor1D;
    readonly indices: Tensor1D;
    /** Of images that are mixtures; default none. */
    readonly mixed?: MixedTargets;
    /** Those that the method requires and those that teachers are shown; default none. */
    readonly views?: Readonly<Record<string, Tensor4D>>;
  };
  /** What `method.draw` gives for this batch; default none. */
  readonly draws?: Readonly<Record<string, Tensor>>;
}

/** What schedules give for an update. */
export interface UpdateScalars {
  readonly learningRate: Scalar;
  /** The limit of the clipping; needed with one. */
  readonly clipping?: Scalar;
  /** How much of the averaged weights stays; needed where the state has them. */
  readonly averageDecay?: Scalar;
}

export interface TrainingStepArguments extends StepBatch {
  readonly state: TrainingState<Tensor>;
  readonly scalars: UpdateScalars & {
    /** This step's value of each of `method.scalars`. */
    readonly method: Readonly<Record<string, Scalar>>;
  };
}

/** What a pass over a batch measures, before the update. */
export interface BatchMetrics {
  readonly loss: Scalar;
  readonly terms: Readonly<Record<string, Scalar>>;
  /** How many samples of the batch the student classified correctly, as float32. */
  readonly correct: Scalar;
}

/** What an update measures. */
export interface UpdateMetrics {
  /** L2 norm of the gradient of all trained parameters, before clipping and weight decay. */
  readonly gradientNorm: Scalar;
  /** With `gradientParts`: that of each part, as `student/stage1` and `method/hinton`. */
  readonly gradientNorms?: Readonly<Record<string, Scalar>>;
  /** With a loss scale: the factor of this step. */
  readonly lossScale?: Scalar;
  /** With a guard: 1 when something was not finite and the step changed nothing but the loss scale, otherwise 0. */
  readonly skipped?: Scalar;
}

export interface TrainingStepResult {
  readonly state: TrainingState<Tensor>;
  /** All of the state before this update. */
  readonly metrics: BatchMetrics & UpdateMetrics;
}

export type TrainingStep = (args: TrainingStepArguments) => TrainingStepResult;
