import { join } from 'node:path';
import type { Backend, HostTensor, Model, ModelVariables } from 'kd-core';
import type { Teacher, TrainingResult } from 'kd-train';
import type { Host } from '../cli/host.ts';
import type { ModelConfig } from '../config/config.ts';
import type { Progress } from '../progress/progress.ts';
import type { Phase } from '../progress/time-left.ts';
import type { NetworkResult, RunReport } from '../report/report-data.ts';
import { continuedNote } from './continued-note.ts';
import { describeModel } from './describe-model.ts';
import { environmentFacts } from './environment-facts.ts';
import { type EventLog, openEventLog } from './event-log.ts';
import type { Interrupt } from './interrupt.ts';
import { type MeasuredNetwork, measureNetwork } from './measure-network.ts';
import { encodeNetwork } from './network-file.ts';
import { describeData } from './open-data.ts';
import type { OutputFolder } from './output-folder.ts';
import type { DistillPlan, Recipe } from './plan.ts';
import { progressFor } from './progress-for.ts';
import { fileLatency } from './ship-network.ts';
import { evaluationSource } from './sources.ts';
import { curveOf, trainNetwork } from './train-network.ts';

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

/** `step` and `history` are of a training; a network read from a file has none. */
type Trained = { readonly variables: ModelVariables<HostTensor> } & Partial<TrainingResult>;

/**
 * Trains the teacher where it is not trained yet, teaches the student, and writes `student.safetensors`,
 * `student.onnx` and `events.jsonl`. Throws `INTERRUPTED` after Ctrl-C, with a checkpoint written.
 */
export async function distill(options: DistillOptions): Promise<RunReport> {
  const { host, plan, backend, folder, resume } = options;
  const { config, data } = plan;
  const started = host.now();
  const progress = progressFor(host, phasesOf(plan));
  const log = openEventLog(join(folder.path, 'events.jsonl'), { append: resume });
  const run: Run = { ...options, progress, log };
  try {
    const teacher = await trainedTeacher(run);
    const student = await trainStudent(run, { model: plan.teacher.model, variables: teacher.variables });
    progress.stop();
    const teacherAbout = { role: 'teacher', label: 'Teacher', config: config.teacher.model } as const;
    const studentAbout = {
      role: 'distilled',
      label: 'Student distilled',
      config: config.student.model,
    } as const;
    const measuredTeacher = await measure(run, teacherAbout, plan.teacher.model, teacher);
    const measured = await measure(run, studentAbout, plan.student.student, student);
    await folder.results.write('student.safetensors', encodeNetwork(plan.student.student, student.variables));
    await folder.results.write('student.onnx', measured.file);
    return {
      format: 'kd-report/1',
      title: `Distillation on ${config.dataset.name}`,
      createdAt: new Date().toISOString(),
      wallSeconds: (host.now() - started) / 1000,
      split: 'test',
      dataset: describeData(config.dataset.name, data),
      networks: [measuredTeacher.result, measured.result],
      exported: { file: 'student.onnx', fileBytes: measured.file.length, ...measured.check },
      configuration: { ...config },
      environment: environmentFacts(backend),
      reproduce: options.reproduce,
      notes: resume ? [continuedNote] : [],
    };
  } finally {
    progress.stop();
    log.close();
  }
}

function phasesOf({ teacher, student }: DistillPlan): Phase[] {
  const phase = (name: string, { epochs, source }: Recipe): Phase => ({
    label: name,
    kind: name,
    steps: epochs * source.stepsPerEpoch,
  });
  return [...('recipe' in teacher ? [phase('teacher', teacher.recipe)] : []), phase('student', student)];
}

async function trainedTeacher(run: Run): Promise<Trained> {
  const { teacher } = run.plan;
  if ('variables' in teacher) return teacher;
  const result = await trainRecipe(run, 'teacher', teacher.recipe, []);
  await run.folder.results.write('teacher.safetensors', encodeNetwork(teacher.model, result.variables));
  return result;
}

function trainStudent(run: Run, teacher: Teacher): Promise<TrainingResult> {
  return trainRecipe(run, 'student', run.plan.student, [teacher]);
}

async function trainRecipe(
  { backend, plan, folder, resume, interrupt, progress, log }: Run,
  name: 'teacher' | 'student',
  recipe: Recipe,
  teachers: readonly Teacher[],
): Promise<TrainingResult> {
  const { everySteps, keep } = plan.config.checkpoint ?? {};
  const result = await trainNetwork(
    {
      ...recipe,
      teachers,
      backend,
      validation: { source: evaluationSource(plan.data.validation) },
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
  return result;
}

async function measure(
  { backend, plan, interrupt }: Run,
  about: Pick<NetworkResult, 'role' | 'label'> & { readonly config: ModelConfig },
  model: Model,
  { variables, history, step }: Trained,
): Promise<MeasuredNetwork & { readonly result: NetworkResult }> {
  const measured = await measureNetwork({ backend, model, variables, dataset: plan.data.test });
  const { parameters, macs } = model.summary();
  const result: NetworkResult = {
    role: about.role,
    label: about.label,
    architecture: describeModel(about.config, model),
    parameters,
    macs,
    fileBytes: measured.file.length,
    latency: await fileLatency(measured.file, model),
    runs: [
      {
        seed: plan.config.seed ?? 0,
        ...(step !== undefined && { updates: step }),
        metrics: measured.metrics,
        curve: history === undefined ? [] : curveOf({ history }),
      },
    ],
  };
  interrupt.throwIfAborted();
  return { ...measured, result };
}
