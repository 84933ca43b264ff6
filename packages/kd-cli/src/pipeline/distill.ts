import { join } from 'node:path';
import type { Backend, FrozenModel } from 'kd-core';
import type { Teacher } from 'kd-train';
import type { Host } from '../cli/host.ts';
import type { Progress } from '../progress/progress.ts';
import type { Phase } from '../progress/time-left.ts';
import type { NetworkResult, RunReport } from '../report/report-data.ts';
import { continuedNote } from './continued-note.ts';
import { environmentFacts } from './environment-facts.ts';
import { type EventLog, openEventLog } from './event-log.ts';
import type { Interrupt } from './interrupt.ts';
import { encodeNetwork } from './network-file.ts';
import { type Measuring, measureFrozen, measureTrained, type Trained } from './network-result.ts';
import { describeData } from './open-data.ts';
import type { OutputFolder } from './output-folder.ts';
import type { DistillPlan, Recipe } from './plan.ts';
import { progressFor } from './progress-for.ts';
import { shownTeacher } from './shown-teacher.ts';
import { evaluationSource } from './sources.ts';
import { trainNetwork, warmUpSteps } from './train-network.ts';

export interface DistillOptions {
  readonly host: Host;
  readonly plan: DistillPlan;
  readonly backend: Backend;
  readonly folder: OutputFolder;
  readonly resume: boolean;
  readonly interrupt: Interrupt;
  /** The command that makes this run again. */
  readonly reproduce: string;
}

interface Run extends DistillOptions {
  readonly progress: Progress;
  readonly log: EventLog;
}

const otherClassesNote =
  'The teacher does not name the classes of this data set, so its accuracy is not measured; the student learned from its features.';

/**
 * Trains the teacher where it is not trained yet, teaches the student, and writes `student.safetensors`,
 * `student.onnx` and `events.jsonl`. Throws `INTERRUPTED` after Ctrl-C, with a checkpoint written.
 */
export async function distill(options: DistillOptions): Promise<RunReport> {
  const { host, plan, backend, folder, resume, interrupt } = options;
  const { config, data } = plan;
  const started = host.now();
  const progress = progressFor(host, phasesOf(plan));
  const log = openEventLog(join(folder.path, 'events.jsonl'), { append: resume });
  const run: Run = { ...options, progress, log };
  try {
    const teacher = await trainedTeacher(run);
    const student = await trainRecipe(run, 'student', plan.student, [shownTeacher(config, teacher)]);
    progress.stop();
    const teacherResult = await measureTeacher(run, teacher);
    interrupt.throwIfAborted();
    const about = { role: 'distilled', label: 'Student distilled', model: config.student.model } as const;
    const measured = await measureTrained(measuring(run), about, student);
    interrupt.throwIfAborted();
    await folder.results.write(
      'student.safetensors',
      encodeNetwork(student.model, student.variables, data.normalization),
    );
    await folder.results.write('student.onnx', measured.file);
    return {
      format: 'kd-report/1',
      title: `Distillation on ${config.dataset.name}`,
      createdAt: new Date().toISOString(),
      wallSeconds: (host.now() - started) / 1000,
      split: 'test',
      dataset: describeData(config.dataset.name, data),
      networks: [...(teacherResult === undefined ? [] : [teacherResult]), measured.result],
      exported: { file: 'student.onnx', fileBytes: measured.file.length, ...measured.check },
      configuration: { ...config },
      environment: environmentFacts(backend),
      reproduce: options.reproduce,
      notes: [...(resume ? [continuedNote] : []), ...(teacherResult === undefined ? [otherClassesNote] : [])],
    };
  } finally {
    progress.stop();
    log.close();
  }
}

function phasesOf({ teacher, student }: DistillPlan): Phase[] {
  const phases = (name: string, recipe: Recipe): Phase[] => {
    const warmUp = warmUpSteps(recipe);
    const main = recipe.epochs * recipe.source.stepsPerEpoch;
    return [
      ...(warmUp > 0 ? [{ label: 'warm-up', kind: `${name} warm-up`, steps: warmUp }] : []),
      { label: name, kind: name, steps: main },
    ];
  };
  return [...('recipe' in teacher ? phases('teacher', teacher.recipe) : []), ...phases('student', student)];
}

async function trainedTeacher(run: Run): Promise<Trained | FrozenModel> {
  const { teacher } = run.plan;
  if (!('recipe' in teacher)) return teacher;
  const trained = await trainRecipe(run, 'teacher', teacher.recipe, []);
  await run.folder.results.write(
    'teacher.safetensors',
    encodeNetwork(teacher.model, trained.variables, run.plan.data.normalization),
  );
  return trained;
}

/** The network that is left to be used. */
async function trainRecipe(
  { backend, plan, folder, resume, interrupt, progress, log }: Run,
  name: 'teacher' | 'student',
  recipe: Recipe,
  teachers: readonly Teacher[],
): Promise<Trained> {
  const { everySteps, keep } = plan.config.checkpoint ?? {};
  const { deployed, step, history } = await trainNetwork(
    {
      ...recipe,
      teachers,
      backend,
      validation: { source: evaluationSource(plan.data.validation, plan.data.normalization) },
      checkpoint: {
        storage: name === 'teacher' ? folder.teacherCheckpoints : folder.studentCheckpoints,
        ...(everySteps !== undefined && { every: everySteps }),
        ...(keep !== undefined && { keep }),
      },
      resume,
      signal: interrupt.signal,
    },
    { name, progress, log },
  );
  interrupt.throwIfAborted();
  return { ...deployed, step, history };
}

/** `undefined` for a teacher that names other classes, which only gives hints. */
async function measureTeacher(run: Run, teacher: Trained | FrozenModel): Promise<NetworkResult | undefined> {
  const { config, data } = run.plan;
  if ('variables' in teacher) {
    const about = { role: 'teacher', label: 'Teacher', model: config.teacher.model! } as const;
    return (await measureTrained(measuring(run), about, teacher)).result;
  }
  return teacher.classes === data.train.classes ? measureFrozen(measuring(run), teacher) : undefined;
}

function measuring({ backend, plan: { config, data } }: Run): Measuring {
  return { backend, config, data };
}
