import {
  type BatchSource,
  type HostTensor,
  type HostTree,
  type Model,
  type ModelVariables,
  type PrngKey,
  splitKey,
  type Tree,
} from 'kd-core';
import type { Method, MethodShapes } from '../methods/method.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { networkShapes, type TeacherNetwork } from '../teachers/teacher.ts';
import { type LossScale, toLossScale } from './loss-scale.ts';

/** Everything that training changes; a checkpoint is exactly this, and where it stands. */
export interface TrainingState<Leaf> {
  readonly student: ModelVariables<Leaf>;
  readonly method: ModelVariables<Leaf>;
  /** For the tree `{ student: student.params, method: method.params }`. */
  readonly optimizer: Tree<Leaf>;
  /** Of a dynamic loss scale; absent without one. */
  readonly lossScale?: Tree<Leaf>;
  /** Averages of what is deployed of `student` and `method`, by the same paths; absent without averaging. */
  readonly average?: Tree<Leaf>;
}

/** The parameters that the optimiser sees: those of the student and those of the method. */
export function trainedParams<Leaf>(state: {
  readonly student: ModelVariables<Leaf>;
  readonly method: ModelVariables<Leaf>;
}): { readonly student: Tree<Leaf>; readonly method: Tree<Leaf> } {
  return { student: state.student.params, method: state.method.params };
}

/** What of a source of batches a method may depend on. */
export type SourceFacts = Pick<BatchSource, 'batchSize' | 'samples'>;

/** What a method may know of the participants, and of the data where there are. */
export function methodShapes(
  student: Model,
  teachers: readonly TeacherNetwork[],
  source?: SourceFacts,
): MethodShapes {
  const { batchSize, samples } = source ?? {};
  return {
    student: networkShapes(student),
    teachers: teachers.map(networkShapes),
    ...(batchSize !== undefined && { batchSize }),
    ...(samples !== undefined && { samples }),
  };
}

export interface InitialStateOptions {
  readonly student: Model;
  readonly teachers: readonly TeacherNetwork[];
  readonly method: Method;
  readonly optimizer: Optimizer;
  /** Needed by methods that depend on the size of batches or remember samples. */
  readonly source?: SourceFacts | undefined;
  /** What became of the variables of the method's warm-up. */
  readonly warmedUp?: ModelVariables<HostTensor> | undefined;
  /** Where the student starts; default: its own `init`. */
  readonly studentVariables?: ModelVariables<HostTensor>;
  /** That of the step; default none. */
  readonly lossScale?: number | LossScale | undefined;
}

/** Where the student of a run with this key starts. */
export function initialStudentVariables(key: PrngKey, student: Model): ModelVariables<HostTensor> {
  return student.init(initialKeys(key).student);
}

/** The state before the first step, a pure function of `key`: the student and the method draw from separate keys. */
export function initialTrainingState(
  key: PrngKey,
  {
    student,
    teachers,
    method,
    optimizer,
    source,
    warmedUp,
    studentVariables,
    lossScale,
  }: InitialStateOptions,
): TrainingState<HostTensor> {
  const variables = {
    student: studentVariables ?? initialStudentVariables(key, student),
    method: method.init(initialKeys(key).method, methodShapes(student, teachers, source), warmedUp),
  };
  const scale = lossScale === undefined ? undefined : toLossScale(lossScale).init();
  return {
    ...variables,
    optimizer: optimizer.init(trainedParams(variables) as HostTree),
    ...(scale === undefined ? {} : { lossScale: scale }),
  };
}

function initialKeys(key: PrngKey): { readonly student: PrngKey; readonly method: PrngKey } {
  const [student, method] = splitKey(key) as [PrngKey, PrngKey];
  return { student, method };
}
