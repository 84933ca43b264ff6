import { basename } from 'node:path';
import { type ConfigValue, hashConfig } from 'kd-train';
import type { DistillConfig } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import type { TeacherTrainingConfig } from '../config/teacher-config.ts';
import { asksTeacher } from '../pipeline/asks-teacher.ts';
import { planDistillation } from '../pipeline/plan.ts';
import type { RecipeFile } from './recipes.ts';

/** A row of the table: one setting, trained with several seeds. */
export interface Entry {
  readonly name: string;
  readonly role: 'alone' | 'label smoothing' | 'method';
  readonly config: DistillConfig;
  /** What of the student's training all entries have in common that can be compared: data, network, optimiser, epochs. */
  readonly group: string;
  /** The id of the teacher that is to be trained; absent where the method asks none, or one from a file. */
  readonly teacher?: string;
}

/** A recipe that cannot be trained. */
interface Refused {
  readonly name: string;
  readonly error: string;
}

export interface Comparison {
  readonly entries: readonly Entry[];
  readonly refused: readonly Refused[];
  /** Configurations of the teachers to train first, by id. */
  readonly teachers: ReadonlyMap<string, DistillConfig>;
}

const smoothing = 0.1;

/**
 * Reads recipes and builds all that they name, so that those that do not fit are found before anything is trained, and adds
 * the baselines of each group: the student alone, and the student with smoothed labels. A recipe that is one of them is that.
 */
export async function planComparison(recipes: readonly RecipeFile[]): Promise<Comparison> {
  const methods: Entry[] = [];
  const refused: Refused[] = [];
  const teachers = new Map<string, DistillConfig>();
  for (const { name, path } of recipes) {
    try {
      const config = await loadConfig(path);
      const plan = await planDistillation(config);
      await plan.close();
      const trainsTeacher = asksTeacher(plan.student.method) && config.teacher.weights === undefined;
      const teacher = trainsTeacher ? await teacherId(config) : undefined;
      if (teacher !== undefined) teachers.set(teacher, { ...config, method: [{ name: 'crossEntropy' }] });
      const group = await groupId(config);
      methods.push({ name, role: 'method', config, group, ...(teacher !== undefined && { teacher }) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      refused.push({ name, error: message.replaceAll(path, basename(path)) });
    }
  }
  const bases = baselines(methods);
  const known = new Set(await Promise.all(bases.map((entry) => studentId(entry, 0))));
  const others: Entry[] = [];
  for (const entry of methods) if (!known.has(await studentId(entry, 0))) others.push(entry);
  return { entries: [...bases, ...others], refused, teachers };
}

/** Two for each group; where there are several groups, they are called after the first recipe of theirs. */
function baselines(methods: readonly Entry[]): Entry[] {
  const firsts = methods.filter(
    ({ group }, index) => methods.findIndex((other) => other.group === group) === index,
  );
  return firsts.flatMap(({ name, group, config: { views: _, ...alone } }, index) => {
    const suffix = index === 0 ? '' : ` (as in ${name})`;
    return [
      {
        name: `student alone${suffix}`,
        role: 'alone' as const,
        group,
        config: { ...alone, method: [{ name: 'crossEntropy' as const }] },
      },
      {
        name: `label smoothing${suffix}`,
        role: 'label smoothing' as const,
        group,
        config: { ...alone, method: [{ name: 'crossEntropy' as const, labelSmoothing: smoothing }] },
      },
    ];
  });
}

/** Names what is trained: equal for two entries that are the same in other words. */
export function studentId({ config, teacher }: Entry, seed: number): Promise<string> {
  const { output: _, checkpoint: _checkpoint, teacher: file, ...rest } = config;
  const { training: _training, ...shown } = file;
  const asked = teacher === undefined && file.weights === undefined ? null : { ...shown, teacher };
  return hashPlain({ ...rest, seed, teacher: asked });
}

function groupId({
  method: _,
  teacher: _teacher,
  output: _output,
  seed: _seed,
  views: _views,
  ...rest
}: DistillConfig): Promise<string> {
  return hashPlain(rest);
}

function teacherId({
  dataset,
  split = {},
  augmentation,
  normalization,
  teacher,
  seed,
  ...student
}: DistillConfig): Promise<string> {
  const { epochs, batchSize, learningRate, optimizer } = student;
  const training: TeacherTrainingConfig = {
    epochs,
    learningRate,
    ...(batchSize !== undefined && { batchSize }),
    ...(optimizer !== undefined && { optimizer }),
    ...teacher.training,
  };
  const { transfer: _, ...parts } = split;
  return hashPlain({ dataset, parts, augmentation, normalization, model: teacher.model, training, seed });
}

function hashPlain(value: object): Promise<string> {
  return hashConfig(JSON.parse(JSON.stringify(value)) as ConfigValue);
}
