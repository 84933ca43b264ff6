import {
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
}

/** The parameters that the optimiser sees: those of the student and those of the method. */
export function trainedParams<Leaf>(state: {
  readonly student: ModelVariables<Leaf>;
  readonly method: ModelVariables<Leaf>;
}): { readonly student: Tree<Leaf>; readonly method: Tree<Leaf> } {
  return { student: state.student.params, method: state.method.params };
}

/** Classes and tap shapes of the participants. */
export function methodShapes(student: Model, teachers: readonly TeacherNetwork[]): MethodShapes {
  return { student: networkShapes(student), teachers: teachers.map(networkShapes) };
}

export interface InitialStateOptions {
  readonly student: Model;
  readonly teachers: readonly TeacherNetwork[];
  readonly method: Method;
  readonly optimizer: Optimizer;
  /** Where the student starts; default: its own `init`. */
  readonly studentVariables?: ModelVariables<HostTensor>;
  /** That of the step; default none. */
  readonly lossScale?: number | LossScale | undefined;
}

/** The state before the first step, a pure function of `key`: the student and the method draw from separate keys. */
export function initialTrainingState(
  key: PrngKey,
  { student, teachers, method, optimizer, studentVariables, lossScale }: InitialStateOptions,
): TrainingState<HostTensor> {
  const [studentKey, methodKey] = splitKey(key, 2) as [PrngKey, PrngKey];
  const variables = {
    student: studentVariables ?? student.init(studentKey),
    method: method.init(methodKey, methodShapes(student, teachers)),
  };
  const scale = lossScale === undefined ? undefined : toLossScale(lossScale).init();
  return {
    ...variables,
    optimizer: optimizer.init(trainedParams(variables) as HostTree),
    ...(scale === undefined ? {} : { lossScale: scale }),
  };
}
