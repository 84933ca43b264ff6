import { type Backend, prngKey } from 'kd-core';
import { runTraining, type TrainingResult } from 'kd-train';
import type { DistillPlan } from '../pipeline/plan.ts';

export interface Rehearsal extends Pick<TrainingResult, 'deployed' | 'stage' | 'step'> {
  /** Of each step, those of a warm-up first. */
  readonly losses: readonly number[];
}

/**
 * Teaches the student of a plan for `steps` steps, after a warm-up of an epoch of at most as many, by a teacher that has
 * learned nothing where the plan would train one first: whether a recipe runs, in seconds.
 */
export async function rehearse(
  { student: recipe, teacher }: DistillPlan,
  backend: Backend,
  steps = 3,
): Promise<Rehearsal> {
  const { method, source } = recipe;
  const losses: number[] = [];
  const stepsPerEpoch = Math.min(steps, source.stepsPerEpoch);
  const { epochs: _, ...unbounded } = recipe;
  const untrained =
    'recipe' in teacher ? { model: teacher.model, variables: teacher.model.init(prngKey(0)) } : teacher;
  const { deployed, stage, step } = await runTraining(
    {
      ...unbounded,
      backend,
      teachers: [untrained],
      method: {
        ...method,
        ...(method.warmUp !== undefined && { warmUp: { ...method.warmUp, epochs: 1 } }),
      },
      source: { ...source, length: stepsPerEpoch * source.batchSize, stepsPerEpoch },
      steps,
    },
    { step: ({ loss }) => void losses.push(loss) },
  );
  return { losses, deployed, stage, step };
}
