import { readFile } from 'node:fs/promises';
import { type HostTensor, type Model, type ModelVariables, type PrngKey, prngKey } from 'kd-core';
import type { Loader } from 'kd-data';
import { checkRequirements, type Method, methodShapes, type Optimizer, type Schedule } from 'kd-train';
import { buildMethod, buildOptimizer, buildSchedule } from '../config/build.ts';
import type { DistillConfig, MethodConfig, TeacherTrainingConfig } from '../config/config.ts';
import { createModelFrom } from '../config/create-model.ts';
import { runKeys } from '../config/run-keys.ts';
import { decodeNetwork } from './network-file.ts';
import { type DataSplits, openData } from './open-data.ts';
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

/** A configuration made into things that run. */
export interface DistillPlan {
  readonly config: DistillConfig;
  readonly data: DataSplits;
  /** A trained teacher, or how to train it. */
  readonly teacher: { readonly model: Model } & (
    | { readonly variables: ModelVariables<HostTensor> }
    | { readonly recipe: Recipe }
  );
  readonly student: Recipe;
}

const defaultBatchSize = 64;

/**
 * Reads the data and the weights and builds every part of the run, so that whatever does not fit is refused before
 * the first step and not after the teacher's last: files, class counts, batch sizes, taps, regressors.
 */
export async function planDistillation(config: DistillConfig): Promise<DistillPlan> {
  const data = await openData(config);
  const { classes, inputShape } = data.train;
  const keys = runKeys(config.seed ?? 0);
  const model = createModelFrom(config.teacher.model, { classes, inputShape });
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
    }),
    epochs: settings.epochs ?? config.epochs,
    key: key.init,
  });

  const plan = recipe(student, config.method, {}, { init: keys.student, data: keys.studentData });
  requireFit(plan.method, student, model);
  const { weights, training = {} } = config.teacher;
  if (weights !== undefined) {
    const variables = decodeNetwork(await readFile(weights), model, weights);
    return { config, data, teacher: { model, variables }, student: plan };
  }
  const { labelSmoothing = 0 } = training;
  const terms: MethodConfig[] = [{ name: 'crossEntropy', labelSmoothing }];
  const teacher = recipe(model, terms, training, { init: keys.teacher, data: keys.teacherData });
  return { config, data, teacher: { model, recipe: teacher }, student: plan };
}

function requireFit(method: Method, student: Model, teacher: Model): void {
  const shapes = methodShapes(student, [teacher]);
  checkRequirements(method, shapes);
  // A method finds out here whether its own parts fit between the two networks; the values are drawn again later.
  method.init(prngKey(0), shapes);
}
