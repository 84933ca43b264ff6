import type { FrozenModel } from 'kd-core';
import type { CachedTeacher } from 'kd-data';
import type { Teacher } from 'kd-train';
import { asksTeacher } from './asks-teacher.ts';
import { fillCache, isFilledAhead, openCachedTeacher } from './cached-teacher.ts';
import { encodeNetwork } from './network-file.ts';
import { type MeasuredResult, measureFrozen, measureTrained, type Trained } from './network-result.ts';
import type { Run } from './run.ts';
import { shownTeacher } from './shown-teacher.ts';
import { trainRecipe } from './train-recipe.ts';

export const otherClassesNote =
  'The teacher does not name the classes of this data set, so its accuracy is not measured; the student learned from its features.';

/** The teacher of a run, trained first where it is not trained yet, and then written as `teacher.safetensors`. */
export async function trainedTeacher(run: Run): Promise<Trained | FrozenModel> {
  const { teacher, data } = run.plan;
  if (!('recipe' in teacher)) return teacher;
  const { recipe } = teacher;
  const storage = run.folder.checkpointsOf('teacher');
  const trained = await trainRecipe(run, { name: 'teacher', recipe, teachers: [], storage });
  await run.folder.results.write(
    'teacher.safetensors',
    encodeNetwork(teacher.model, trained.variables, data.normalization),
  );
  return trained;
}

/** How a student is taught. */
export interface TaughtBy {
  readonly teacher: Teacher;
  /** The teacher, where what it says is kept. */
  readonly cached?: CachedTeacher;
  /** Seconds that it took to ask the teacher about all images ahead; 0 without that. */
  readonly fillSeconds: number;
  /** Writes what is kept and gives back what teaching alone needed; the network that was trained or read stays open. */
  close(): Promise<void>;
}

/** The teacher as the student is to be taught by it: as it is, or with what it says kept, and asked ahead. */
export async function taughtBy(run: Run, teacher: Trained | FrozenModel): Promise<TaughtBy> {
  const { config, student } = run.plan;
  if (config.teacher.cache === undefined || !asksTeacher(student.method)) {
    return { teacher: shownTeacher(config, teacher), fillSeconds: 0, close: async () => {} };
  }
  const cached = await openCachedTeacher(run, teacher);
  const close = (): Promise<void> => ('variables' in teacher ? cached.dispose() : cached.flush());
  try {
    const fillSeconds = isFilledAhead(run.plan) ? await fillCache(run, cached) : 0;
    return { teacher: cached, cached, fillSeconds, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** `undefined` for a teacher that names other classes, which only gives hints. */
export async function measureTeacher(
  { backend, plan: { config, data } }: Run,
  teacher: Trained | FrozenModel,
): Promise<MeasuredResult | undefined> {
  const measuring = { backend, config, data };
  if ('variables' in teacher) {
    const about = { role: 'teacher', label: 'Teacher', model: config.teacher.model! } as const;
    return measureTrained(measuring, about, teacher);
  }
  return teacher.classes === data.train.classes ? measureFrozen(measuring, teacher) : undefined;
}
