import { join } from 'node:path';
import type { Backend, HostTensor, Model, ModelVariables } from 'kd-core';
import type { Loader } from 'kd-data';
import type { TrainingOptions, TrainingResult } from 'kd-train';
import type { Host } from '../cli/host.ts';
import { buildMethod, buildOptimizer, buildSchedule } from '../config/build.ts';
import type { DistillConfig, ModelConfig } from '../config/config.ts';
import { type RunKeys, runKeys } from '../config/run-keys.ts';
import type { Progress } from '../progress/progress.ts';
import type { Phase } from '../progress/time-left.ts';
import type { NetworkResult, RunReport } from '../report/report-data.ts';
import { describeModel } from './describe-model.ts';
import { environmentFacts } from './environment-facts.ts';
import { type EventLog, openEventLog } from './event-log.ts';
import type { Interrupt } from './interrupt.ts';
import { type MeasuredNetwork, measureNetwork } from './measure-network.ts';
import { encodeNetwork } from './network-file.ts';
import { type DataSplits, describeData } from './open-data.ts';
import type { OutputFolder } from './output-folder.ts';
import { progressFor } from './progress-for.ts';
import { fileLatency } from './ship-network.ts';
import { evaluationSource, trainingSource } from './sources.ts';
import { curveOf, trainNetwork } from './train-network.ts';

export interface DistillOptions {
  readonly host: Host;
  readonly config: DistillConfig;
  readonly data: DataSplits;
  /** `variables` when it is trained already. */
  readonly teacher: { readonly model: Model; readonly variables?: ModelVariables<HostTensor> };
  readonly student: Model;
  readonly backend: Backend;
  readonly folder: OutputFolder;
  readonly resume: boolean;
  readonly interrupt: Interrupt;
  /** The command that makes this run again. */
  readonly reproduce: string;
}

interface Run extends DistillOptions {
  readonly keys: RunKeys;
  readonly progress: Progress;
  readonly log: EventLog;
}

type Trained = Pick<TrainingResult, 'variables'> & Partial<TrainingResult>;

const defaultBatchSize = 64;

/**
 * Trains the teacher where it is not trained yet, teaches the student, and writes `student.safetensors`,
 * `student.onnx` and `events.jsonl`. Throws `INTERRUPTED` after Ctrl-C, with a checkpoint written.
 */
export async function distill(options: DistillOptions): Promise<RunReport> {
  const { host, config, data, folder, resume } = options;
  const started = host.now();
  const progress = progressFor(host, phasesOf(options));
  const log = openEventLog(join(folder.path, 'events.jsonl'), { append: resume });
  const run: Run = { ...options, keys: runKeys(config.seed ?? 0), progress, log };
  try {
    const teacher = await trainTeacher(run);
    const student = await trainStudent(run, teacher.variables);
    progress.stop();
    const networks = [
      await measure(
        run,
        { role: 'teacher', label: 'Teacher', config: config.teacher.model },
        options.teacher.model,
        teacher,
      ),
      await measure(
        run,
        { role: 'distilled', label: 'Student distilled', config: config.student.model },
        options.student,
        student,
      ),
    ] as const;
    await folder.results.write('student.safetensors', encodeNetwork(options.student, student.variables));
    await folder.results.write('student.onnx', networks[1].file);
    return {
      format: 'kd-report/1',
      title: `Distillation on ${config.dataset.name}`,
      createdAt: new Date().toISOString(),
      wallSeconds: (host.now() - started) / 1000,
      split: 'test',
      dataset: describeData(config.dataset.name, data),
      networks: networks.map(({ result }) => result),
      exported: { file: 'student.onnx', fileBytes: networks[1].file.length, ...networks[1].check },
      configuration: { ...config },
      environment: environmentFacts(options.backend),
      reproduce: options.reproduce,
      notes: resume ? ['This run was continued from a checkpoint; the time is that of its last part.'] : [],
    };
  } finally {
    progress.stop();
    log.close();
  }
}

function teacherSettings({ config }: DistillOptions) {
  const training = config.teacher.training ?? {};
  return {
    epochs: training.epochs ?? config.epochs,
    batchSize: training.batchSize ?? config.batchSize ?? defaultBatchSize,
    learningRate: buildSchedule(training.learningRate ?? config.learningRate),
    optimizer: buildOptimizer(training.optimizer ?? config.optimizer),
    labelSmoothing: training.labelSmoothing ?? 0,
  };
}

function phasesOf(options: DistillOptions): Phase[] {
  const { config, data, teacher } = options;
  const steps = (epochs: number, batchSize: number): number =>
    epochs * Math.floor(data.train.length / batchSize);
  const { epochs, batchSize } = teacherSettings(options);
  return [
    ...(teacher.variables === undefined
      ? [{ label: 'teacher', kind: 'teacher', steps: steps(epochs, batchSize) }]
      : []),
    { label: 'student', kind: 'student', steps: steps(config.epochs, config.batchSize ?? defaultBatchSize) },
  ];
}

async function trainTeacher(run: Run): Promise<Trained> {
  const { variables, model } = run.teacher;
  if (variables !== undefined) return { variables };
  const { epochs, batchSize, learningRate, optimizer, labelSmoothing } = teacherSettings(run);
  const result = await trainNetwork(
    {
      ...common(run, run.folder.teacherCheckpoints),
      student: model,
      method: buildMethod([{ name: 'crossEntropy', labelSmoothing }]),
      optimizer,
      learningRate,
      source: sourceFor(run, batchSize, run.keys.teacherData),
      epochs,
      key: run.keys.teacher,
    },
    { name: 'teacher', progress: run.progress, log: run.log },
  );
  run.interrupt.throwIfAborted();
  await run.folder.results.write('teacher.safetensors', encodeNetwork(model, result.variables));
  return result;
}

async function trainStudent(run: Run, teacherVariables: ModelVariables<HostTensor>): Promise<Trained> {
  const { config } = run;
  const result = await trainNetwork(
    {
      ...common(run, run.folder.studentCheckpoints),
      student: run.student,
      teachers: [{ model: run.teacher.model, variables: teacherVariables }],
      method: buildMethod(config.method),
      optimizer: buildOptimizer(config.optimizer),
      learningRate: buildSchedule(config.learningRate),
      source: sourceFor(run, config.batchSize ?? defaultBatchSize, run.keys.studentData),
      epochs: config.epochs,
      key: run.keys.student,
    },
    { name: 'student', progress: run.progress, log: run.log },
  );
  run.interrupt.throwIfAborted();
  return result;
}

function common(
  { backend, config, data, resume, interrupt }: Run,
  storage: OutputFolder['studentCheckpoints'],
): Pick<TrainingOptions, 'backend' | 'validation' | 'checkpoint' | 'resume' | 'signal'> {
  const { everySteps, keep } = config.checkpoint ?? {};
  return {
    backend,
    validation: { source: evaluationSource(data.validation) },
    checkpoint: {
      storage,
      ...(everySteps !== undefined && { every: everySteps }),
      ...(keep !== undefined && { keep }),
    },
    resume,
    signal: interrupt.signal,
  };
}

function sourceFor({ data, config }: Run, batchSize: number, key: RunKeys['studentData']): Loader {
  const { augmentation } = config;
  return trainingSource(data.train, { batchSize, key, ...(augmentation !== undefined && { augmentation }) });
}

async function measure(
  { backend, data, config }: Run,
  about: Pick<NetworkResult, 'role' | 'label'> & { readonly config: ModelConfig },
  model: Model,
  trained: Trained,
): Promise<MeasuredNetwork & { readonly result: NetworkResult }> {
  const measured = await measureNetwork({ backend, model, variables: trained.variables, dataset: data.test });
  const { metrics, file } = measured;
  const { parameters, macs } = model.summary();
  const { history, step } = trained;
  const result: NetworkResult = {
    role: about.role,
    label: about.label,
    architecture: describeModel(about.config, model),
    parameters,
    macs,
    fileBytes: file.length,
    latency: await fileLatency(file, model),
    runs: [
      {
        seed: config.seed ?? 0,
        ...(step !== undefined && { updates: step }),
        metrics,
        curve: history === undefined ? [] : curveOf({ history }),
      },
    ],
  };
  return { ...measured, result };
}
