import type { Model, ModelVariables } from 'kd-core';
import type { TeacherNetwork } from '../teachers/teacher.ts';
import type { Method } from './method.ts';

export interface Participants {
  readonly student: Model;
  readonly teachers: readonly TeacherNetwork[];
}

/** What training leaves, by participant. */
export interface TrainedVariables<Leaf> {
  readonly student: ModelVariables<Leaf>;
  readonly method: ModelVariables<Leaf>;
  /** One a teacher; empty trees of one that runs outside of the step. */
  readonly teachers: readonly ModelVariables<Leaf>[];
}

/** The network that a method leaves to be used, where parts of the method or of a teacher belong to it. */
export interface DeployedStudent {
  readonly model: Model;
  /** Picks the variables of `model` out of what was trained, wherever they are: no leaf is computed. */
  variables<Leaf>(trained: TrainedVariables<Leaf>): ModelVariables<Leaf>;
}

/** What `method` leaves to be used: the network that it deploys, or the student. */
export function deployedStudent({ deploy }: Method, participants: Participants): DeployedStudent {
  return deploy?.(participants) ?? { model: participants.student, variables: ({ student }) => student };
}
