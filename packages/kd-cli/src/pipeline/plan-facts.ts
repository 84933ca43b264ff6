import { type HostTensor, isFrozenModel, type Model, prngKey, sizeOf, type Tree, visitTree } from 'kd-core';
import { estimateTeacherCache } from 'kd-data';
import {
  deployedStudent,
  type MethodShapes,
  methodShapes,
  type TeacherNetwork,
  updatesPerEpoch,
} from 'kd-train';
import type { AugmentationConfig, ViewConfig } from '../config/augmentation-config.ts';
import { buildTerm } from '../config/build-method.ts';
import { defaultOptimizer } from '../config/build-optimizer.ts';
import type { DistillConfig } from '../config/config.ts';
import type { MethodConfig } from '../config/method-config.ts';
import type { NormalizationConfig } from '../config/normalization-config.ts';
import type { OptimizerConfig } from '../config/optimizer-config.ts';
import type { ScheduleConfig } from '../config/schedule-config.ts';
import type { StudyConfig } from '../config/study-config.ts';
import type { TeacherTrainingConfig } from '../config/teacher-config.ts';
import type { TrainingConfig } from '../config/training-config.ts';
import type { DatasetFacts } from '../report/report-data.ts';
import { tapsOfTeacher } from './cached-teacher.ts';
import { describeModel } from './describe-model.ts';
import { describeData } from './open-data.ts';
import { outsideOfStep } from './outside-of-step.ts';
import type { DistillPlan, Recipe } from './plan.ts';

/** What a run will cost, known before anything is trained. Multiply-accumulates are those of forward passes. */
export interface PlanFacts {
  readonly data: DatasetFacts;
  /** How images are changed, and what further views there are of them. */
  readonly augmentation?: AugmentationConfig;
  readonly views?: Readonly<Record<string, ViewConfig>>;
  /** By what their pixels are normalised before networks see them. */
  readonly normalization?: NormalizationConfig;
  readonly teacher: NetworkCost & { readonly training?: TrainingLength };
  /** What is kept of the teacher's outputs. */
  readonly kept?: { readonly images: number; readonly variants: number; readonly bytes: number };
  readonly student: NetworkCost & { readonly training: TrainingLength };
  readonly updates: { readonly teacher?: UpdateSettings; readonly student: UpdateSettings };
  /** What else is done to updates, of all trainings. */
  readonly training?: TrainingConfig;
  /** What is trained beside it, and how often. */
  readonly study?: StudyConfig;
  /** A stage before the student's training. */
  readonly warmUp?: TrainingLength & { readonly method: string; readonly keepsStudent: boolean };
  readonly terms: readonly TermCost[];
  /** What is used afterwards, where that is not the student as it was. */
  readonly deployed?: { readonly architecture: string; readonly parameters: number };
}

export interface NetworkCost {
  readonly architecture: string;
  /** Absent of an ONNX file. */
  readonly parameters?: number;
  /** For a batch, all passes that a step makes; absent of an ONNX file. */
  readonly macs?: number;
  /** Over a batch in a step: one more for each further view. */
  readonly passes: number;
}

/** How a network's parameters are updated. */
export interface UpdateSettings {
  readonly optimizer: OptimizerConfig;
  readonly learningRate: ScheduleConfig;
}

export interface TrainingLength {
  readonly epochs: number;
  /** Updates. */
  readonly stepsPerEpoch: number;
  /** Samples of an update: those of all its batches. */
  readonly batchSize: number;
}

export interface TermCost {
  readonly name: string;
  readonly weight: ScheduleConfig;
  /** Trained together with the student, and dropped after it. */
  readonly parameters: number;
  /** Of what it remembers from step to step: running statistics, banks of representations. */
  readonly stateBytes: number;
  /** Of its own, for the batches of a step. */
  readonly macs: number;
}

export function planFacts(plan: DistillPlan): PlanFacts {
  const { config, data, teacher, student } = plan;
  const network: TeacherNetwork = 'model' in teacher ? teacher.model : teacher;
  const { method, source } = student;
  const batches = batchesOfUpdate(student);
  const samples = source.batchSize * batches;
  const shapes = methodShapes(student.student, [network], source);
  const passes = 1 + (method.requires.views?.length ?? 0);
  const asked = method.requires.teachers.length > 0;
  const { warmUp } = method;
  const deployed = deployedStudent(method, { student: student.student, teachers: [network] });
  return {
    data: describeData(config.dataset.name, data),
    ...(config.augmentation !== undefined && { augmentation: config.augmentation }),
    ...(config.views !== undefined && { views: config.views }),
    ...(config.normalization !== undefined && { normalization: config.normalization }),
    teacher: {
      ...(isFrozenModel(network)
        ? { architecture: network.name, passes: asked ? 1 : 0 }
        : networkCost(describeModel(config.teacher.model!, network), network, samples, asked ? passes : 0)),
      ...('recipe' in teacher && { training: lengthOf(teacher.recipe) }),
    },
    ...(config.teacher.cache !== undefined && asked && { kept: keptOf(plan) }),
    student: {
      ...networkCost(describeModel(config.student.model, student.student), student.student, samples, passes),
      training: lengthOf(student),
    },
    updates: {
      ...('recipe' in teacher && { teacher: updateSettings(config, config.teacher.training) }),
      student: updateSettings(config),
    },
    ...(config.training !== undefined && { training: config.training }),
    ...(config.study !== undefined && { study: config.study }),
    ...(warmUp !== undefined && {
      warmUp: {
        ...lengthOf({ ...student, epochs: warmUp.epochs }),
        method: warmUp.method.name,
        keepsStudent: warmUp.keepsStudent,
      },
    }),
    terms: config.method.map((term) => termCost(term, shapes, batches)),
    ...(deployed.model !== student.student && {
      deployed: { architecture: deployed.model.name, parameters: deployed.model.summary().parameters },
    }),
  };
}

function updateSettings(
  config: DistillConfig,
  own: Pick<TeacherTrainingConfig, 'optimizer' | 'learningRate'> = {},
): UpdateSettings {
  return {
    optimizer: own.optimizer ?? config.optimizer ?? defaultOptimizer,
    learningRate: own.learningRate ?? config.learningRate,
  };
}

function keptOf({ config, teacher, student, allImages }: DistillPlan): NonNullable<PlanFacts['kept']> {
  const network = outsideOfStep('model' in teacher ? teacher.model : teacher);
  const images = allImages!.length * allImages!.variants!;
  const { logits } = config.teacher.cache!;
  const bytesEach = estimateTeacherCache({
    teacher: network,
    samples: 1,
    variants: 1,
    taps: tapsOfTeacher(student.method),
    ...(logits !== undefined && { logits }),
  });
  return { images, variants: allImages!.variants!, bytes: images * bytesEach };
}

function networkCost(architecture: string, model: Model, batchSize: number, passes: number): NetworkCost {
  const { parameters, macs } = model.summary();
  return { architecture, parameters, macs: macs * batchSize * passes, passes };
}

function lengthOf(recipe: Recipe): TrainingLength {
  const { epochs, source } = recipe;
  const batchSize = source.batchSize * batchesOfUpdate(recipe);
  return { epochs, stepsPerEpoch: updatesPerEpoch(recipe), batchSize };
}

/** An update never mixes two epochs. */
function batchesOfUpdate({ source, accumulation = 1 }: Recipe): number {
  return Math.min(accumulation, source.stepsPerEpoch);
}

function termCost(term: MethodConfig, shapes: MethodShapes, batches: number): TermCost {
  const method = buildTerm(term, shapes);
  const key = prngKey(0);
  const { params, state } = method.init(key, shapes, method.warmUp?.method.init(key, shapes));
  return {
    name: term.name,
    weight: term.weight ?? 1,
    parameters: scalarsOf(params),
    stateBytes: bytesOf(state),
    macs: (method.macs?.(shapes) ?? 0) * batches,
  };
}

function scalarsOf(tree: Tree<HostTensor>): number {
  let count = 0;
  visitTree(tree, ({ shape }) => {
    count += sizeOf(shape);
  });
  return count;
}

function bytesOf(tree: Tree<HostTensor>): number {
  let bytes = 0;
  visitTree(tree, ({ data }) => {
    bytes += data.byteLength;
  });
  return bytes;
}
