import type { FrozenModel, HostTensor, HostTree, ModelVariables, Tree } from 'kd-core';
import { type ConfigValue, hashTensors } from '../hash.ts';
import { toGradientClipping } from '../step/gradient-clipping.ts';
import { toLossScale } from '../step/loss-scale.ts';
import { type TrainingState, trainedParams } from '../step/training-state.ts';
import type { StagePlan } from './stage.ts';
import type { TrainingOptions } from './training-options.ts';

/** A stage, and the state before its first step. */
export interface StageStart {
  readonly plan: StagePlan;
  readonly state: TrainingState<HostTensor>;
}

/**
 * What makes two runs the same run, as data. The length, the validation and the schedules' future are not part of it:
 * a run may be prolonged. A warm-up may not: the main stage depends on all of it.
 */
export async function describeRun(
  options: TrainingOptions,
  initial: {
    readonly main: TrainingState<HostTensor>;
    readonly warmUp: StageStart | undefined;
  },
): Promise<ConfigValue> {
  const { student, studentVariables, teachers = [], method, optimizer, lossScale, source, key } = options;
  const { gradientClipping, averaging, accumulation = 1 } = options;
  const hash = (tree: unknown): Promise<string> => hashTensors(tree as Tree<HostTensor>);
  const hashVariables = (variables: ModelVariables<HostTensor>): Promise<string> => hash(variables);
  const { variant: _, ...firstTensors } = await source.batch(0, 0);
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
          ? {
              name: teacher.model.name,
              variables: await hashVariables(teacher.variables),
              ...(teacher.view !== undefined && { view: teacher.view }),
            }
          : describeFrozenModel(teacher),
      ),
    ),
    method: method.config,
    ...(initial.warmUp && { warmUp: await describeWarmUp(options, initial.warmUp) }),
    optimizer: optimizer.describe(trainedParams(initial.main) as HostTree),
    ...(lossScale === undefined ? {} : { lossScale: toLossScale(lossScale).describe() }),
    ...(gradientClipping && { gradientClipping: toGradientClipping(gradientClipping).by }),
    ...(averaging && { averaging: { warmUp: true, from: 0, ...averaging } }),
    ...(accumulation > 1 && { accumulation }),
    data: {
      length: source.length,
      batchSize: source.batchSize,
      stepsPerEpoch: source.stepsPerEpoch,
      ...(source.variants !== undefined && { variants: source.variants }),
      firstBatch: await hash(firstTensors),
    },
  };
}

async function describeWarmUp(
  { method, optimizer }: TrainingOptions,
  { plan, state }: StageStart,
): Promise<ConfigValue> {
  const { keepsStudent, epochs } = method.warmUp!;
  return {
    method: plan.method.config,
    epochs,
    keepsStudent,
    optimizer: optimizer.describe(trainedParams(state) as HostTree),
    schedules: await plan.schedules.fingerprints(plan.totalSteps),
  };
}

/** Its fingerprint where it has one; what else is known of it only tells which part is another. */
function describeFrozenModel({ name, fingerprint, inputShape, classes, taps }: FrozenModel): ConfigValue {
  return { name, ...(fingerprint === undefined ? {} : { fingerprint }), inputShape, classes, taps };
}
