import type { Backend, HostTensor, Model, ModelVariables } from 'kd-core';
import type { Dataset } from 'kd-data';
import {
  type CompiledForward,
  compileForward,
  type Evaluation,
  type Method,
  methodShapes,
  type ResumeOptions,
  type TrainingResult,
} from 'kd-train';
import type { Host } from '../cli/host.ts';
import { buildMethod } from '../config/build-method.ts';
import { buildOptimizer } from '../config/build-optimizer.ts';
import { buildSchedule } from '../config/build-schedule.ts';
import { createModelFrom } from '../config/create-model.ts';
import { type RunKeys, runKeys } from '../config/run-keys.ts';
import { describeModel } from '../pipeline/describe-model.ts';
import { environmentFacts } from '../pipeline/environment-facts.ts';
import type { Interrupt } from '../pipeline/interrupt.ts';
import { type MeasuredNetwork, measureNetwork } from '../pipeline/measure-network.ts';
import { encodeNetwork } from '../pipeline/network-file.ts';
import { type DataSplits, describeData, openData } from '../pipeline/open-data.ts';
import type { OutputFolder } from '../pipeline/output-folder.ts';
import { progressFor } from '../pipeline/progress-for.ts';
import { openRunLog, type RunLog } from '../pipeline/run-log.ts';
import { fileLatency, mergeChecks } from '../pipeline/ship-network.ts';
import { softwareVersions } from '../pipeline/software-versions.ts';
import { evaluationSource, trainingSource } from '../pipeline/sources.ts';
import { curveOf, trainNetwork } from '../pipeline/train-network.ts';
import type { Progress } from '../progress/progress.ts';
import type { Phase } from '../progress/time-left.ts';
import type { NetworkResult, Role, RunReport, SeedRun } from '../report/report-data.ts';
import type { DemoCheckpoints } from './demo-checkpoints.ts';
import { type DemoSettings, type DemoTraining, firstSeed } from './settings.ts';

export interface DemoOptions {
  readonly host: Host;
  readonly settings: DemoSettings;
  /** Number of paired runs. */
  readonly seeds: number;
  /** What the networks are measured on. */
  readonly split: 'test' | 'validation';
  readonly backend: Backend;
  readonly folder: OutputFolder;
  readonly checkpoints: DemoCheckpoints;
  /** Go on from the checkpoints, which are of this demonstration. */
  readonly resume: boolean | ResumeOptions;
  readonly interrupt: Interrupt;
  readonly reproduce: string;
  readonly notes: readonly string[];
}

const roles: readonly Role[] = ['teacher', 'alone', 'distilled'];
const labels: Readonly<Record<Role, string>> = {
  teacher: 'Teacher',
  alone: 'Student alone',
  distilled: 'Student distilled',
};

/** Evaluations while a network is trained: enough for a learning curve. */
const pointsOfCurve = 20;

interface Demo extends DemoOptions {
  readonly data: DataSplits;
  readonly models: Readonly<Record<Role, Model>>;
  readonly forwards: Readonly<Record<Role, CompiledForward>>;
  readonly progress: Progress;
  readonly log: RunLog;
}

type SeedResult = Readonly<Record<Role, MeasuredNetwork & { readonly run: SeedRun }>> & {
  readonly student: ModelVariables<HostTensor>;
};

/**
 * For each seed: a teacher, a student trained alone, and the same student, with the same initial weights, batches,
 * optimiser and number of updates, taught by the teacher. Writes the distilled student of the first seed and answers
 * with the report. Throws `INTERRUPTED` after Ctrl-C, with the trainings made so far and the one under way in
 * `checkpoints`.
 */
export async function runDemo(options: DemoOptions): Promise<RunReport> {
  const { host, settings, backend, folder, interrupt, resume } = options;
  const started = host.now();
  const data = await openData({ dataset: { name: 'digits' }, split: settings.split });
  const { classes, inputShape } = data.train;
  const teacher = createModelFrom(settings.teacher.model, { classes, inputShape });
  const student = createModelFrom(settings.student.model, { classes, inputShape });
  const forward = {
    teacher: compileForward({ backend, model: teacher }),
    student: compileForward({ backend, model: student }),
  };
  const progress = progressFor(host, phasesOf(options, data));
  const log = await openRunLog(folder.path, {
    logging: { csv: false, tensorBoard: false },
    resume: resume !== false,
  });
  const demo: Demo = {
    ...options,
    data,
    models: { teacher, alone: student, distilled: student },
    forwards: { teacher: forward.teacher, alone: forward.student, distilled: forward.student },
    progress,
    log,
  };
  try {
    const results: SeedResult[] = [];
    for (const seed of seedsOf(options)) results.push(await runSeed(demo, seed));
    progress.stop();
    const first = results[0]!;
    await folder.results.write('student.safetensors', encodeNetwork(student, first.student));
    await folder.results.write('student.onnx', first.distilled.file);
    const report = await reportOf(demo, results, (host.now() - started) / 1000);
    interrupt.throwIfAborted();
    return report;
  } finally {
    progress.stop();
    await forward.teacher.dispose();
    await forward.student.dispose();
  }
}

/** What a network learns from. */
function trainingData({ train, transfer }: DataSplits, role: Role): Dataset {
  return role === 'teacher' ? train : transfer;
}

function seedsOf({ seeds, split }: DemoOptions): number[] {
  return Array.from({ length: seeds }, (_, index) => firstSeed[split] + index);
}

function phasesOf(options: DemoOptions, data: DataSplits): Phase[] {
  const { settings } = options;
  const stepsPerEpoch = (role: Role): number =>
    Math.floor(trainingData(data, role).length / settings.batchSize);
  return seedsOf(options).flatMap((_, index) =>
    roles.map((role) => ({
      label: `run ${index + 1}/${options.seeds} ${labels[role].toLowerCase()}`,
      kind: role,
      steps: stepsPerEpoch(role) * (role === 'teacher' ? settings.teacher : settings.student).epochs,
    })),
  );
}

async function runSeed(demo: Demo, seed: number): Promise<SeedResult> {
  const { settings, models } = demo;
  const keys = runKeys(seed);
  const shapes = methodShapes(models.distilled, [models.teacher]);
  const teacher = await trainOne(demo, {
    role: 'teacher',
    seed,
    training: settings.teacher,
    method: buildMethod(settings.teacher.method, { student: shapes.teachers[0]!, teachers: [] }),
    keys: { init: keys.teacher, data: keys.teacherData },
  });
  const studentKeys = { init: keys.student, data: keys.studentData };
  // Given, not drawn by each training, so that both students start alike whatever their methods draw.
  const studentVariables = models.alone.init(keys.student);
  const pair = { seed, training: settings.student, keys: studentKeys, studentVariables };
  const alone = await trainOne(demo, { ...pair, role: 'alone', method: buildMethod(settings.alone, shapes) });
  const distilled = await trainOne(demo, {
    ...pair,
    role: 'distilled',
    method: buildMethod(settings.distilled, shapes),
    teacher: teacher.variables,
  });
  const measured = async (role: Role, trained: TrainingResult, teacher?: Evaluation) => {
    const network = await measureNetwork({
      backend: demo.backend,
      model: models[role],
      variables: trained.variables,
      dataset: demo.data[demo.split],
      forward: demo.forwards[role],
      teacher,
    });
    demo.interrupt.throwIfAborted();
    const { metrics, agreement } = network.evaluation;
    const run: SeedRun = {
      seed,
      updates: trained.step,
      metrics,
      ...(agreement !== undefined && { agreement }),
      curve: curveOf(trained),
    };
    return { ...network, run };
  };
  const measuredTeacher = await measured('teacher', teacher);
  return {
    teacher: measuredTeacher,
    alone: await measured('alone', alone, measuredTeacher.evaluation),
    distilled: await measured('distilled', distilled, measuredTeacher.evaluation),
    student: distilled.variables,
  };
}

interface OneTraining {
  readonly role: Role;
  readonly seed: number;
  readonly training: DemoTraining;
  readonly method: Method;
  readonly keys: { readonly init: RunKeys['student']; readonly data: RunKeys['studentData'] };
  readonly studentVariables?: ModelVariables<HostTensor>;
  readonly teacher?: ModelVariables<HostTensor>;
}

async function trainOne(demo: Demo, one: OneTraining): Promise<TrainingResult> {
  const { settings, data, models, backend, checkpoints, resume, interrupt, progress, log } = demo;
  const { role, training, method, keys, studentVariables, teacher } = one;
  const { batchSize, augmentation } = settings;
  const source = trainingSource(trainingData(data, role), { batchSize, key: keys.data, augmentation });
  const result = await trainNetwork(
    {
      backend,
      student: models[role],
      ...(studentVariables !== undefined && { studentVariables }),
      teachers: teacher === undefined ? [] : [{ model: models.teacher, variables: teacher }],
      method,
      optimizer: buildOptimizer(training.optimizer),
      learningRate: buildSchedule(training.learningRate),
      source,
      epochs: training.epochs,
      key: keys.init,
      validation: {
        source: evaluationSource(data.validation),
        every: Math.ceil(training.epochs / pointsOfCurve),
      },
      checkpoint: {
        storage: checkpoints.of(role, one.seed),
        // The trainings are short: one at the end, and one when it is interrupted.
        every: training.epochs * source.stepsPerEpoch,
        versions: softwareVersions(),
      },
      resume,
      signal: interrupt.signal,
    },
    { name: `${role}, seed ${one.seed}`, progress, log },
  );
  interrupt.throwIfAborted();
  return result;
}

async function reportOf(demo: Demo, results: readonly SeedResult[], wallSeconds: number): Promise<RunReport> {
  const { settings, data, split, backend, models } = demo;
  const first = results[0]!;
  const latency = {
    teacher: await fileLatency(first.teacher.file, models.teacher),
    student: await fileLatency(first.distilled.file, models.distilled),
  };
  const networks = roles.map((role): NetworkResult => {
    const { parameters, macs } = models[role].summary();
    return {
      role,
      label: labels[role],
      architecture: describeModel(
        (role === 'teacher' ? settings.teacher : settings.student).model,
        models[role],
      ),
      parameters,
      macs,
      fileBytes: first[role].file.length,
      latency: role === 'teacher' ? latency.teacher : latency.student,
      runs: results.map((result) => result[role].run),
    };
  });
  return {
    format: 'kd-report/1',
    title: 'Distillation on handwritten digits',
    createdAt: new Date().toISOString(),
    wallSeconds,
    split,
    dataset: describeData('digits', data),
    networks,
    exported: {
      file: 'student.onnx',
      fileBytes: first.distilled.file.length,
      ...mergeChecks(results.map((result) => result.distilled.check)),
    },
    configuration: { ...settings },
    environment: environmentFacts(backend),
    reproduce: demo.reproduce,
    notes: demo.notes,
  };
}
