import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type {
  Batch,
  Classifier,
  HostTensor,
  MixedTargets,
  ModelVariables,
  PrngKey,
  SampleTable,
  Tree,
} from 'kd-core';
import type { ConfigValue } from '../hash.ts';
import type { Schedule } from '../schedules/schedule.ts';
import type { DeployedStudent, Participants } from './deployed-student.ts';

/** What one network gives for a batch. */
export interface NetworkOutput {
  /** [batch, classes], unnormalised. */
  readonly logits: Tensor2D;
  readonly taps: Readonly<Record<string, Tensor>>;
  /**
   * What the network computed with: gradients flow into the student's parameters. Absent of a teacher that runs outside of
   * the step.
   */
  readonly variables?: ModelVariables<Tensor>;
  /** Where among `variables` its classifier and the batch norms of its taps are; present with them. */
  readonly shapes?: NetworkShapes;
}

/** What a network will give, known before anything runs. */
export interface NetworkShapes {
  /** For messages. */
  readonly name?: string;
  readonly classes: number;
  /** Shape of each tap without the batch dimension. */
  readonly taps: Readonly<Record<string, readonly number[]>>;
  /** The last, linear layer; absent where there is none, or none that can be read. */
  readonly classifier?: Classifier;
  /** Paths of the batch norms that give taps: see `ModelSummary.tapNorms`. */
  readonly tapNorms?: Readonly<Record<string, string>>;
}

/** What a method may know before anything runs. */
export interface MethodShapes {
  readonly student: NetworkShapes;
  readonly teachers: readonly NetworkShapes[];
  /** Samples in a batch; the last one of an epoch may have fewer. Present when `requires.fullBatches` is true. */
  readonly batchSize?: number;
  /** Present when `requires.samples` is true. */
  readonly samples?: SampleTable;
}

/** The same samples seen in another way. */
export interface ViewOutputs {
  /** In training mode, after the pass over the images of the batch. */
  readonly student: NetworkOutput;
  readonly teachers: readonly NetworkOutput[];
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
  /** By the names in `requires.views`. */
  readonly views: Readonly<Record<string, ViewOutputs>>;
  /** int32 [batch]. Of an image that is a mixture, the class of its larger part. */
  readonly labels: Tensor1D;
  /** Where images are mixtures of two: the other classes, and how much `labels` count. See `crossEntropy` of kd-core. */
  readonly mixed?: MixedTargets | undefined;
  /** int32 [batch]: where each sample stands in its data set. */
  readonly indices: Tensor1D;
  /** This step's value of every scalar that the method declares. */
  readonly scalars: Readonly<Record<string, Scalar>>;
  /** What the method's `draw` gave for this batch. */
  readonly draws: Readonly<Record<string, Tensor>>;
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
  /** [batch, classes]: what the deployed network answers, for a method that deploys another than the student. */
  readonly logits?: Tensor2D;
}

export interface TeacherRequirement {
  /** Taps that the method reads. */
  readonly taps: readonly string[];
  /** Whether the logits are compared with the student's, class by class. */
  readonly sameClasses: boolean;
  /** Whether the method uses the teacher's classifier, so that it must run inside of the step. Default false. */
  readonly classifier?: boolean;
  /** Taps whose batch norms the method reads. Default none. */
  readonly tapNorms?: readonly string[];
  /** Whether it must be shown a view of its own: see `TrainedNetwork.view`. Default false. */
  readonly otherView?: boolean;
}

/** What a method reads; checked before anything is compiled. */
export interface MethodRequirements {
  /** Taps of the student. */
  readonly student: readonly string[];
  /** One entry a teacher; a method for the second teacher lists two. */
  readonly teachers: readonly TeacherRequirement[];
  /** Whether the method uses the student's classifier. Default false. */
  readonly studentClassifier?: boolean;
  /** Fewest samples that a batch may have: 2 for relations between samples. Default 1. */
  readonly smallestBatch?: number;
  /** Whether every batch must have `batchSize` samples. Default false. */
  readonly fullBatches?: boolean;
  /** Whether the method remembers something of each sample, by its index. Default false. */
  readonly samples?: boolean;
  /**
   * Whether the method takes a label for the class of all of an image, so that it cannot be shown mixtures; nor can one that
   * remembers samples (`samples`). Default false: it reads `mixed` beside `labels`, or no labels at all.
   */
  readonly singleLabels?: boolean;
  /** Views of a batch, by name. Default none. */
  readonly views?: readonly string[];
}

/** What `draw` goes by. */
export interface DrawRequest {
  /** Different in each step of a run, and of each method. */
  readonly key: PrngKey;
  readonly batch: Batch;
  readonly shapes: MethodShapes;
}

/** A stage of training that goes before, with another loss and an optimiser state of its own; it has no warm-up itself. */
export interface WarmUp {
  readonly method: Method;
  readonly epochs: number;
  /** Its schedule sees the warm-up's own length. Default: that of the run. */
  readonly learningRate?: number | Schedule;
  /** Whether the main stage goes on with the student as the warm-up leaves it, or with a fresh one. */
  readonly keepsStudent: boolean;
}

/** A way to teach: a loss on what the networks give, with its own trainable parts and scheduled scalars. */
export interface Method {
  readonly name: string;
  /** The settings as data; compared when a run is resumed. Schedules are compared by their values. */
  readonly config: ConfigValue;
  /** Values that may change from step to step. `loss` finds them in `context.scalars` under the same names. */
  readonly scalars: Readonly<Record<string, Schedule>>;
  readonly requires: MethodRequirements;
  /** Trained before; `init` is then given what became of `warmUp.method`'s variables. */
  readonly warmUp?: WarmUp;
  /**
   * Its own variables; `{ params: {}, state: {} }` for a plain loss. Throws `SHAPE_MISMATCH`, naming both sides, for taps
   * that it cannot pair.
   */
  init(key: PrngKey, shapes: MethodShapes, warmedUp?: ModelVariables<HostTensor>): ModelVariables<HostTensor>;
  /** Multiply-accumulates of its own in the forward pass of one batch. Default 0. */
  macs?(shapes: MethodShapes): number;
  /**
   * What is found anew on the host for each batch: random numbers, the indices of negatives. Pure: a run that is resumed
   * draws the same. Shapes must be the same for batches of one size.
   */
  draw?(request: DrawRequest): Readonly<Record<string, HostTensor>>;
  /** Pure, made of tfjs-core ops. */
  loss(context: MethodContext): MethodResult;
  /** The network to deploy, where that is not the student as it was. */
  deploy?(participants: Participants): DeployedStudent;
}

/** The variables of a method that has none. */
export const noVariables: ModelVariables<HostTensor> = { params: {}, state: {} };
