import type { Model, PrngKey } from 'kd-core';
import type { Dataset, Loader } from 'kd-data';
import {
  checkMethod,
  checkTeacherViews,
  type Method,
  methodShapes,
  noVariables,
  type Optimizer,
  type Schedule,
  type Teacher,
  type TeacherNetwork,
} from 'kd-train';
import { buildMethod } from '../config/build-method.ts';
import { buildOptimizer } from '../config/build-optimizer.ts';
import { buildSchedule } from '../config/build-schedule.ts';
import { type BuiltTraining, buildTraining } from '../config/build-training.ts';
import type { DistillConfig } from '../config/config.ts';
import { createModelFrom } from '../config/create-model.ts';
import type { MethodConfig } from '../config/method-config.ts';
import { runKeys } from '../config/run-keys.ts';
import type { TeacherTrainingConfig } from '../config/teacher-config.ts';
import { requireRoomInCache } from './cached-teacher.ts';
import type { OnData } from './data-progress.ts';
import { type DataSplits, openData } from './open-data.ts';
import { openTeacher, type SessionSettings } from './open-teacher.ts';
import { outsideOfStep } from './outside-of-step.ts';
import { type RepeatedImages, repeatedImages } from './repeated-images.ts';
import { shownTeacher } from './shown-teacher.ts';
import { type TrainingSource, trainingSource } from './sources.ts';

/** All that one training needs besides a backend. */
export interface Recipe extends BuiltTraining {
  readonly student: Model;
  readonly method: Method;
  readonly optimizer: Optimizer;
  readonly learningRate: number | Schedule;
  readonly source: TrainingSource;
  readonly epochs: number;
  readonly key: PrngKey;
}

/** A teacher that is to be trained first. */
interface UntrainedTeacher {
  readonly model: Model;
  readonly recipe: Recipe;
}

/** A configuration made into things that run. */
export interface DistillPlan {
  readonly config: DistillConfig;
  readonly data: DataSplits;
  readonly teacher: Teacher | UntrainedTeacher;
  /** The distillation with the seed of the configuration. */
  readonly student: Recipe;
  /** The same with another seed: of the initial weights and the order of the images. */
  studentWith(seed: number): Recipe;
  /** The student trained from the labels alone, as `studentWith` the same seed in all else. */
  aloneWith(seed: number): Recipe;
  /** Every image that the student is shown, in order: to ask a teacher about them ahead. Absent where images do not come again. */
  readonly allImages?: Loader;
  /** Gives back what a teacher holds that runs by itself. */
  close(): Promise<void>;
}

const defaultBatchSize = 64;

/**
 * Reads the data and the weights and builds every part of the run, so that whatever does not fit is refused before
 * the first step and not after the teacher's last: files, class counts, batch sizes, taps, regressors. `session` is asked
 * only for a teacher that is an ONNX file, and `onData` is told how far data are read.
 */
export async function planDistillation(
  config: DistillConfig,
  session: () => Promise<SessionSettings> = async () => ({}),
  onData: OnData = () => {},
): Promise<DistillPlan> {
  const data = await openData(config, onData);
  const { classes, inputShape } = data.train;
  const { normalization } = data;
  const keys = runKeys(config.seed ?? 0);
  const repeated = repeatedImages(config);
  const student = createModelFrom(config.student.model, { classes, inputShape });

  const recipe = (
    network: Model,
    teachers: readonly TeacherNetwork[],
    terms: readonly MethodConfig[],
    samples: Dataset,
    settings: TeacherTrainingConfig,
    key: { readonly init: PrngKey; readonly data: PrngKey },
    again?: RepeatedImages,
  ): Recipe => {
    const source = trainingSource(samples, {
      batchSize: settings.batchSize ?? config.batchSize ?? defaultBatchSize,
      key: key.data,
      ...(config.augmentation !== undefined && { augmentation: config.augmentation }),
      ...(config.views !== undefined && teachers.length > 0 && { views: config.views }),
      ...(normalization !== undefined && { normalization }),
      repeated: again,
      workers: config.workers,
    });
    return {
      student: network,
      method: fittingMethod(terms, { student: network, teachers, source }),
      optimizer: buildOptimizer(settings.optimizer ?? config.optimizer),
      learningRate: buildSchedule(settings.learningRate ?? config.learningRate),
      ...buildTraining(config.training),
      source,
      epochs: settings.epochs ?? config.epochs,
      key: key.init,
    };
  };
  const studentOf = (
    seed: number,
    teachers: readonly TeacherNetwork[],
    terms: readonly MethodConfig[],
  ): Recipe => {
    const { student: init, studentData } = runKeys(seed);
    return recipe(student, teachers, terms, data.transfer, {}, { init, data: studentData }, repeated);
  };
  const students = (
    teacher: Teacher,
  ): Pick<DistillPlan, 'student' | 'studentWith' | 'aloneWith' | 'allImages'> => {
    const network = 'variables' in teacher ? teacher.model : teacher;
    const taught = config.teacher.cache === undefined ? network : outsideOfStep(network);
    const studentWith = (seed: number): Recipe => {
      const plan = studentOf(seed, [taught], config.method);
      checkTeacherViews(plan.method, plan.source, [shownTeacher(config, teacher)]);
      if (config.teacher.cache !== undefined) {
        requireRoomInCache(config.teacher.cache, plan, outsideOfStep(network));
      }
      return plan;
    };
    return {
      student: studentWith(config.seed ?? 0),
      studentWith,
      aloneWith: (seed) => studentOf(seed, [], [{ name: 'crossEntropy' }]),
      ...(repeated !== undefined && {
        allImages: trainingSource(data.transfer, {
          batchSize: config.batchSize ?? defaultBatchSize,
          // Nothing is drawn by it: images go by a key of their own, and the order is that of the data set.
          key: repeated.augmentationKey,
          ...(config.augmentation !== undefined && { augmentation: config.augmentation }),
          ...(normalization !== undefined && { normalization }),
          repeated,
          inOrder: true,
        }),
      }),
    };
  };

  const { weights, training = {} } = config.teacher;
  if (weights !== undefined) {
    const teacher = await openTeacher({ ...config.teacher, weights }, data, session);
    const close = async (): Promise<void> => ('variables' in teacher ? undefined : teacher.dispose());
    try {
      return { config, data, teacher, ...students(teacher), close };
    } catch (error) {
      await close();
      throw error;
    }
  }
  const model = createModelFrom(config.teacher.model!, { classes, inputShape });
  const plans = students({ model, variables: noVariables });
  const { labelSmoothing = 0 } = training;
  const terms: MethodConfig[] = [{ name: 'crossEntropy', labelSmoothing }];
  const teacher = recipe(model, [], terms, data.train, training, {
    init: keys.teacher,
    data: keys.teacherData,
  });
  return { config, data, teacher: { model, recipe: teacher }, ...plans, close: async () => {} };
}

/** The method of `terms`, once it is sure that it fits the networks and the batches. */
function fittingMethod(
  terms: readonly MethodConfig[],
  {
    student,
    teachers,
    source,
  }: { readonly student: Model; readonly teachers: readonly TeacherNetwork[]; readonly source: Loader },
): Method {
  const method = buildMethod(terms, methodShapes(student, teachers, source));
  checkMethod(method, { student, teachers, source });
  return method;
}
