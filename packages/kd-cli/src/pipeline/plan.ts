import { type Model, type PrngKey, prngKey } from 'kd-core';
import type { Loader } from 'kd-data';
import {
  checkRequirements,
  type Method,
  methodShapes,
  type Optimizer,
  type Schedule,
  type Teacher,
  type TeacherNetwork,
} from 'kd-train';
import { buildMethod, buildOptimizer, buildSchedule } from '../config/build.ts';
import type { DistillConfig, MethodConfig, TeacherTrainingConfig } from '../config/config.ts';
import { createModelFrom } from '../config/create-model.ts';
import { runKeys } from '../config/run-keys.ts';
import { type DataSplits, openData } from './open-data.ts';
import { openTeacher, type SessionSettings } from './open-teacher.ts';
import { trainingSource } from './sources.ts';

/** All that one training needs besides a backend. */
export interface Recipe {
  readonly student: Model;
  readonly method: Method;
  readonly optimizer: Optimizer;
  readonly learningRate: number | Schedule;
  readonly source: Loader;
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
  readonly student: Recipe;
  /** Gives back what a teacher holds that runs by itself. */
  close(): Promise<void>;
}

const defaultBatchSize = 64;

/**
 * Reads the data and the weights and builds every part of the run, so that whatever does not fit is refused before
 * the first step and not after the teacher's last: files, class counts, batch sizes, taps, regressors. `session` is asked
 * only for a teacher that is an ONNX file.
 */
export async function planDistillation(
  config: DistillConfig,
  session: () => Promise<SessionSettings> = async () => ({}),
): Promise<DistillPlan> {
  const data = await openData(config);
  const { classes, inputShape } = data.train;
  const { normalization } = data;
  const keys = runKeys(config.seed ?? 0);
  const student = createModelFrom(config.student.model, { classes, inputShape });

  const recipe = (
    network: Model,
    terms: readonly MethodConfig[],
    settings: TeacherTrainingConfig,
    key: { readonly init: PrngKey; readonly data: PrngKey },
  ): Recipe => ({
    student: network,
    method: buildMethod(terms),
    optimizer: buildOptimizer(settings.optimizer ?? config.optimizer),
    learningRate: buildSchedule(settings.learningRate ?? config.learningRate),
    source: trainingSource(data.train, {
      batchSize: settings.batchSize ?? config.batchSize ?? defaultBatchSize,
      key: key.data,
      ...(config.augmentation !== undefined && { augmentation: config.augmentation }),
      ...(normalization !== undefined && { normalization }),
    }),
    epochs: settings.epochs ?? config.epochs,
    key: key.init,
  });

  const plan = recipe(student, config.method, {}, { init: keys.student, data: keys.studentData });
  const { weights, training = {} } = config.teacher;
  if (weights !== undefined) {
    const teacher = await openTeacher({ ...config.teacher, weights }, data, session);
    const close = async (): Promise<void> => ('variables' in teacher ? undefined : teacher.dispose());
    try {
      requireFit(plan.method, student, 'variables' in teacher ? teacher.model : teacher);
    } catch (error) {
      await close();
      throw error;
    }
    return { config, data, teacher, student: plan, close };
  }
  const model = createModelFrom(config.teacher.model!, { classes, inputShape });
  requireFit(plan.method, student, model);
  const { labelSmoothing = 0 } = training;
  const terms: MethodConfig[] = [{ name: 'crossEntropy', labelSmoothing }];
  const teacher = recipe(model, terms, training, { init: keys.teacher, data: keys.teacherData });
  return { config, data, teacher: { model, recipe: teacher }, student: plan, close: async () => {} };
}

function requireFit(method: Method, student: Model, teacher: TeacherNetwork): void {
  const shapes = methodShapes(student, [teacher]);
  checkRequirements(method, shapes);
  // A method finds out here whether its own parts fit between the two networks; the values are drawn again later.
  method.init(prngKey(0), shapes);
}
