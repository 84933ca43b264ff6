import { type FrozenModel, type HostTensor, isFrozenModel, type Model, type ModelVariables } from 'kd-core';
import { type NetworkShapes, noVariables } from '../methods/method.ts';

/** A network and its trained variables. Its forward pass is compiled into the training step. */
export interface TrainedNetwork {
  readonly model: Model;
  readonly variables: ModelVariables<HostTensor>;
  /**
   * The view of each sample that it is shown as a teacher, for transfer from one modality to another. Default: the images, as
   * the student.
   */
  readonly view?: string;
}

/**
 * A trained network that stays as it is. A `FrozenModel` runs by itself, and its outputs are arguments of the training
 * step; who opened it disposes it, after the training.
 */
export type Teacher = TrainedNetwork | FrozenModel;

/** What of a teacher is known before it runs. */
export type TeacherNetwork = Model | FrozenModel;

export function teacherNetwork(teacher: Teacher): TeacherNetwork {
  return 'variables' in teacher ? teacher.model : teacher;
}

/** Empty trees for one that runs outside of the step. */
export function teacherVariables(teacher: Teacher): ModelVariables<HostTensor> {
  return 'variables' in teacher ? teacher.variables : noVariables;
}

/** What a network will give. */
export function networkShapes(network: TeacherNetwork): NetworkShapes {
  const { name, classes } = network;
  if (isFrozenModel(network)) return { name, classes, taps: network.taps };
  const { taps, tapNorms } = network.summary();
  const { classifier } = network;
  return {
    name,
    classes,
    taps,
    ...(tapNorms !== undefined && { tapNorms }),
    ...(classifier !== undefined && { classifier }),
  };
}

/** `Teacher 0 ('resnet20')`, for messages. */
export function teacherTitle(index: number, { name }: Pick<TeacherNetwork, 'name'>): string {
  return `Teacher ${index} ('${name}')`;
}
