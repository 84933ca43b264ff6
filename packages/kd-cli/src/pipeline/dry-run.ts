import type { Backend } from 'kd-core';
import { runTraining, type Teacher } from 'kd-train';
import { summarize } from '../statistics/summary.ts';
import { asksTeacher } from './asks-teacher.ts';
import type { DistillPlan } from './plan.ts';
import { shownTeacher } from './shown-teacher.ts';

export interface DryRun {
  readonly steps: number;
  /** Of the last step. */
  readonly loss: number;
  /** Mean of all steps but the first, which compiles; NaN for a single one. */
  readonly millisecondsPerStep: number;
}

/**
 * Some steps of the student's training on real batches, with the weights that networks have before they are trained, teachers
 * that are to be trained too. A warm-up has at most as many. Nothing is written. Throws what training throws, `NON_FINITE` for a loss that is none.
 */
export async function dryRun(
  { config, student, teacher }: DistillPlan,
  { backend, steps }: { readonly backend: Backend; readonly steps: number },
): Promise<DryRun> {
  const { epochs: _epochs, select: _select, earlyStopping: _earlyStopping, ...recipe } = student;
  const { method, source, accumulation = 1 } = recipe;
  const stepsPerEpoch = Math.min(steps * accumulation, source.stepsPerEpoch);
  const short = {
    method: { ...method, ...(method.warmUp !== undefined && { warmUp: { ...method.warmUp, epochs: 1 } }) },
    source: { ...source, length: stepsPerEpoch * source.batchSize, stepsPerEpoch },
  };
  const untaught: Teacher =
    'recipe' in teacher
      ? { model: teacher.model, variables: teacher.model.init(teacher.recipe.key) }
      : teacher;
  const milliseconds: number[] = [];
  let loss = Number.NaN;
  const result = await runTraining(
    {
      ...recipe,
      ...short,
      backend,
      steps,
      teachers: asksTeacher(method) ? [shownTeacher(config, untaught)] : [],
    },
    {
      step: (event) => {
        if (event.stage !== 'main') return;
        loss = event.loss;
        milliseconds.push(event.milliseconds);
      },
    },
  );
  const measured = milliseconds.slice(1);
  return {
    steps: result.step,
    loss,
    millisecondsPerStep: measured.length === 0 ? Number.NaN : summarize(measured).mean,
  };
}
