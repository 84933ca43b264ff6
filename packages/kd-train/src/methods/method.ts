import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { HostTensor, ModelVariables, PrngKey, Tree } from 'kd-core';
import type { ConfigValue } from '../hash.ts';
import type { Schedule } from '../schedules/schedule.ts';

/** What one network gives for a batch. */
export interface NetworkOutput {
  /** [batch, classes], unnormalised. */
  readonly logits: Tensor2D;
  readonly taps: Readonly<Record<string, Tensor>>;
}

/** What a network will give, known before anything runs. */
export interface NetworkShapes {
  /** For messages. */
  readonly name?: string;
  readonly classes: number;
  /** Shape of each tap without the batch dimension. */
  readonly taps: Readonly<Record<string, readonly number[]>>;
}

export interface MethodShapes {
  readonly student: NetworkShapes;
  readonly teachers: readonly NetworkShapes[];
}

/** Everything that a loss may look at. Further inputs are added here as named fields. */
export interface MethodContext {
  /** The student in training mode; gradients flow. */
  readonly student: NetworkOutput;
  /**
   * Frozen, in evaluation mode, computed outside of differentiation. Of a teacher that runs outside of the step, only
   * the taps in `requires` are there.
   */
  readonly teachers: readonly NetworkOutput[];
  /** int32 [batch]. */
  readonly labels: Tensor1D;
  /** int32 [batch]: where each sample stands in its data set. */
  readonly indices: Tensor1D;
  /** This step's value of every scalar that the method declares. */
  readonly scalars: Readonly<Record<string, Scalar>>;
  /** The method's own: `params` are trained together with the student. */
  readonly variables: ModelVariables<Tensor>;
}

export interface MethodResult {
  /** What is minimised. */
  readonly total: Scalar;
  /** Unweighted losses by name, for the record. */
  readonly terms: Readonly<Record<string, Scalar>>;
  /** `context.variables.state` after this step. */
  readonly state: Tree<Tensor>;
}

export interface TeacherRequirement {
  /** Taps that the method reads. */
  readonly taps: readonly string[];
  /** Whether the logits are compared with the student's, class by class. */
  readonly sameClasses: boolean;
}

/** What a method reads; checked before anything is compiled. */
export interface MethodRequirements {
  /** Taps of the student. */
  readonly student: readonly string[];
  /** One entry a teacher; a method for the second teacher lists two. */
  readonly teachers: readonly TeacherRequirement[];
}

/** A way to teach: a loss on what the networks give, with its own trainable parts and scheduled scalars. */
export interface Method {
  readonly name: string;
  /** The settings as data; compared when a run is resumed. Schedules are compared by their values. */
  readonly config: ConfigValue;
  /** Values that may change from step to step. `loss` finds them in `context.scalars` under the same names. */
  readonly scalars: Readonly<Record<string, Schedule>>;
  readonly requires: MethodRequirements;
  /** Its own variables; `{ params: {}, state: {} }` for a plain loss. */
  init(key: PrngKey, shapes: MethodShapes): ModelVariables<HostTensor>;
  /** Pure, made of tfjs-core ops. */
  loss(context: MethodContext): MethodResult;
}

/** The variables of a method that has none. */
export const noVariables: ModelVariables<HostTensor> = { params: {}, state: {} };
