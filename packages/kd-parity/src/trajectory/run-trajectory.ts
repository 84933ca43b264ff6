import type { Tensor } from '@tensorflow/tfjs-core';
import {
  type Backend,
  type DeviceTensor,
  type DownloadedTree,
  HostTensor,
  type InputLeaf,
  type ModelVariables,
  prngKey,
  type Tree,
  valueAndGradient,
  visitTree,
  type WithLeaves,
} from 'kd-core';
import type { NetworkModel } from 'kd-models';
import {
  buildTrainingStep,
  crossEntropy,
  hinton,
  initialTrainingState,
  type Method,
  noVariables,
  scheduleTime,
  sgd,
  sum,
  type TrainingState,
  type TrainingStep,
  type TrainingStepArguments,
  weight,
} from 'kd-train';
import { recordedTeacher } from './recorded-teacher.ts';

export interface TrajectorySettings {
  readonly temperature: number;
  readonly distillationWeight: number;
  readonly labelWeight: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  /** Updates made. */
  readonly steps: number;
}

export interface TrajectoryBatch {
  /** [batch, height, width, channels]. */
  readonly images: HostTensor;
  readonly labels: HostTensor;
  readonly teacherLogits: HostTensor;
}

interface RecordedStep {
  readonly loss: number;
  readonly crossEntropy: number;
  readonly divergence: number;
  readonly gradientNorm: number;
  /** The student's variables that this step starts from. */
  readonly variables: ModelVariables<HostTensor>;
}

export interface TrajectoryRecord {
  /** One before each update, and one more after the last. */
  readonly steps: readonly RecordedStep[];
  readonly firstLogits: HostTensor;
  readonly firstGradient: Tree<HostTensor>;
}

type StepFeeds = Omit<WithLeaves<TrainingStepArguments, InputLeaf>, 'state'>;

/** Trains `student` on one batch, over and over, with the training step that users run. */
export async function runTrajectory(
  backend: Backend,
  student: NetworkModel,
  start: ModelVariables<HostTensor>,
  batch: TrajectoryBatch,
  settings: TrajectorySettings,
): Promise<TrajectoryRecord> {
  const { momentum, weightDecay, nesterov, learningRate } = settings;
  const teacher = recordedTeacher(batch.teacherLogits, student.inputShape);
  const method = sum([
    weight(settings.labelWeight, crossEntropy()),
    weight(settings.distillationWeight, hinton({ temperature: settings.temperature })),
  ]);
  const optimizer = sgd({ momentum, weightDecay, nesterov });
  const participants = { student, teachers: [teacher], method, optimizer };
  const feeds: StepFeeds = {
    teachers: [noVariables],
    teacherOutputs: { 0: await teacher.run(batch.images) },
    batch: { images: batch.images, labels: batch.labels, indices: countUp(batch.labels.data.length) },
    scalars: { learningRate, method: scalarValues(method) },
  };
  const initial = initialTrainingState(prngKey(0), { ...participants, studentVariables: start });
  return {
    ...(await differentiateOnce(backend, student, method, initial, feeds)),
    steps: await trainSteps(backend, buildTrainingStep(participants), initial, feeds, settings.steps),
  };
}

async function trainSteps(
  backend: Backend,
  step: TrainingStep,
  initial: TrainingState<HostTensor>,
  feeds: StepFeeds,
  updates: number,
): Promise<RecordedStep[]> {
  const compiled = backend.compile(step, { donate: ['state'] });
  const recorded: RecordedStep[] = [];
  let variables = initial.student;
  let state: WithLeaves<TrainingState<Tensor>, InputLeaf> = initial;
  let onDevice: Tree<DeviceTensor> = {};
  try {
    for (let index = 0; index <= updates; index += 1) {
      const result = await compiled({ ...feeds, state });
      state = result.state;
      onDevice = { ...result.state };
      const { loss, terms, gradientNorm } = await takeOff(backend, result.metrics);
      recorded.push({
        loss: numberIn(loss),
        crossEntropy: numberIn(terms.crossEntropy!),
        divergence: numberIn(terms.hinton!),
        gradientNorm: numberIn(gradientNorm),
        variables,
      });
      variables = await backend.download(result.state.student);
    }
    return recorded;
  } finally {
    disposeAll(onDevice);
    await compiled.dispose();
  }
}

/** Logits and gradient at the start, which a training step does not give away. */
async function differentiateOnce(
  backend: Backend,
  student: NetworkModel,
  method: Method,
  initial: TrainingState<HostTensor>,
  feeds: StepFeeds,
): Promise<Pick<TrajectoryRecord, 'firstLogits' | 'firstGradient'>> {
  interface Arguments extends Pick<TrainingStepArguments, 'teacherOutputs' | 'batch' | 'scalars'> {
    readonly variables: ModelVariables<Tensor>;
    readonly methodVariables: ModelVariables<Tensor>;
  }
  const compiled = backend.compile(
    ({ variables, methodVariables, teacherOutputs = {}, batch, scalars }: Arguments) => {
      const { gradient, aux } = valueAndGradient((params: Tree<Tensor>) => {
        const output = student.apply({ params, state: variables.state }, batch.images, { train: true });
        const { total } = method.loss({
          views: {},
          draws: {},
          student: output,
          teachers: Object.values(teacherOutputs),
          labels: batch.labels,
          indices: batch.indices,
          scalars: scalars.method,
          variables: methodVariables,
        });
        return { value: total, aux: { logits: output.logits } };
      }, variables.params);
      return { gradient, logits: aux.logits };
    },
  );
  try {
    const { gradient, logits } = await takeOff(
      backend,
      await compiled({ ...feeds, variables: initial.student, methodVariables: initial.method }),
    );
    return { firstGradient: gradient, firstLogits: logits };
  } finally {
    await compiled.dispose();
  }
}

/** The values of `tree`, which the backend need not keep any longer. */
async function takeOff<T extends Tree<DeviceTensor>>(backend: Backend, tree: T): Promise<DownloadedTree<T>> {
  try {
    return await backend.download(tree);
  } finally {
    disposeAll(tree);
  }
}

function disposeAll(tree: Tree<DeviceTensor>): void {
  visitTree<DeviceTensor>(tree, (tensor) => tensor.dispose());
}

/** The values of a method whose scalars are constant. */
function scalarValues({ scalars }: Method): Record<string, number> {
  const time = scheduleTime(0, { stepsPerEpoch: 1, totalSteps: 1 });
  return Object.fromEntries(Object.entries(scalars).map(([name, schedule]) => [name, schedule(time)]));
}

function countUp(length: number): HostTensor {
  return new HostTensor(
    Int32Array.from({ length }, (_, index) => index),
    [length],
  );
}

function numberIn(tensor: HostTensor): number {
  return tensor.data[0]!;
}
