import { type FrozenModel, type HostTensor, type ModelVariables, type Tree, treePaths } from 'kd-core';
import { type ConfigValue, hashTensors } from '../hash.ts';
import { toLossScale } from '../step/loss-scale.ts';
import { type TrainingState, trainedParams } from '../step/training-state.ts';
import type { TrainingOptions } from './training-options.ts';

/**
 * What makes two runs the same run, as data. The length, the validation and the schedules' future are not part of it:
 * a run may be prolonged.
 */
export async function describeRun(
  options: TrainingOptions,
  initialState: TrainingState<HostTensor>,
): Promise<ConfigValue> {
  const { student, studentVariables, teachers = [], method, optimizer, lossScale, source, key } = options;
  const hash = (tree: unknown): Promise<string> => hashTensors(tree as Tree<HostTensor>);
  const hashVariables = (variables: ModelVariables<HostTensor>): Promise<string> => hash(variables);
  return {
    key: [...key],
    student: {
      name: student.name,
      inputShape: student.inputShape,
      classes: student.classes,
      start: studentVariables === undefined ? 'initialised' : await hashVariables(studentVariables),
    },
    teachers: await Promise.all(
      teachers.map(async (teacher) =>
        'variables' in teacher
          ? { name: teacher.model.name, variables: await hashVariables(teacher.variables) }
          : describeFrozenModel(teacher),
      ),
    ),
    method: method.config,
    optimizer: optimizer.describe(treePaths(trainedParams(initialState) as Tree<HostTensor>)),
    ...(lossScale === undefined ? {} : { lossScale: toLossScale(lossScale).describe() }),
    data: {
      length: source.length,
      batchSize: source.batchSize,
      stepsPerEpoch: source.stepsPerEpoch,
      firstBatch: await hash({ ...(await source.batch(0, 0)) }),
    },
  };
}

/** Its fingerprint where it has one; what else is known of it only tells which part is another. */
function describeFrozenModel({ name, fingerprint, inputShape, classes, taps }: FrozenModel): ConfigValue {
  return { name, ...(fingerprint === undefined ? {} : { fingerprint }), inputShape, classes, taps };
}
