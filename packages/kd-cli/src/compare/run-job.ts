import { writeFile } from 'node:fs/promises';
import type { Backend } from 'kd-core';
import { evaluate, runTraining, type Teacher } from 'kd-train';
import { asksTeacher } from '../pipeline/asks-teacher.ts';
import { describeModel } from '../pipeline/describe-model.ts';
import { environmentFacts } from '../pipeline/environment-facts.ts';
import { encodeNetwork } from '../pipeline/network-file.ts';
import { describeData } from '../pipeline/open-data.ts';
import { type DistillPlan, planDistillation, type Recipe } from '../pipeline/plan.ts';
import { shownTeacher } from '../pipeline/shown-teacher.ts';
import { evaluationSource } from '../pipeline/sources.ts';
import { median } from '../statistics/summary.ts';
import type { Job, JobResult } from './job.ts';

/** Steps that are left out of the time: the first compiles, and those after it find cold caches. */
const unmeasuredSteps = 5;

/** Trains the network of a job, and measures it once, at the end. */
export async function runJob(
  { kind, config, split, weights }: Job,
  backend: Backend,
): Promise<Omit<JobResult, 'peakBytes' | 'seconds'>> {
  const plan = await planDistillation(config);
  try {
    const { recipe, teachers } = kind === 'teacher' ? teacherTraining(plan) : studentTraining(plan);
    const milliseconds: number[] = [];
    const { deployed, step } = await runTraining(
      { ...recipe, teachers, backend },
      {
        step: (event) => {
          if (event.stage === 'main') milliseconds.push(event.milliseconds);
        },
      },
    );
    const { normalization } = plan.data;
    if (weights !== undefined) {
      await writeFile(weights, encodeNetwork(deployed.model, deployed.variables, normalization));
    }
    const source = evaluationSource(plan.data[split], normalization);
    const { top1, nll, ece } = (await evaluate({ backend, ...deployed, source })).metrics;
    const model = kind === 'teacher' ? config.teacher.model! : config.student.model;
    return {
      architecture: describeModel(model, recipe.student),
      parameters: deployed.model.summary().parameters,
      dataset: describeData(config.dataset.name, plan.data),
      metrics: { top1, nll, ece },
      steps: step,
      millisecondsPerStep: median(
        milliseconds.length > unmeasuredSteps ? milliseconds.slice(unmeasuredSteps) : milliseconds,
      ),
      environment: environmentFacts(backend),
    };
  } finally {
    await plan.close();
  }
}

interface Training {
  readonly recipe: Recipe;
  readonly teachers: readonly Teacher[];
}

function teacherTraining({ teacher }: DistillPlan): Training {
  if (!('recipe' in teacher)) throw new TypeError('The teacher of this job is trained already.');
  return { recipe: teacher.recipe, teachers: [] };
}

/** A teacher whom the method does not ask is left out, so that a student alone costs what it costs alone. */
function studentTraining({ config, student, teacher }: DistillPlan): Training {
  const asked = asksTeacher(student.method);
  return {
    recipe: student,
    teachers: asked && !('recipe' in teacher) ? [shownTeacher(config, teacher)] : [],
  };
}
