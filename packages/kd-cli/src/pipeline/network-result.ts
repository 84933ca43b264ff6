import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { describeOnnx } from 'kd-backend-ort';
import type { Backend, FrozenModel } from 'kd-core';
import { type Evaluation, evaluate, type TrainedNetwork, type TrainingResult } from 'kd-train';
import type { DistillConfig } from '../config/config.ts';
import type { ModelConfig } from '../config/model-config.ts';
import type { NetworkResult } from '../report/report-data.ts';
import { describeModel } from './describe-model.ts';
import { type MeasuredNetwork, measureNetwork } from './measure-network.ts';
import type { DataSplits } from './open-data.ts';
import { openOnnxTeacher } from './open-teacher.ts';
import { fileLatency, frozenLatency } from './ship-network.ts';
import { evaluationSource } from './sources.ts';
import { curveOf } from './train-network.ts';

/** `step` and `history` are of a training; a network read from a file has none. */
export type Trained = TrainedNetwork & Partial<Pick<TrainingResult, 'step' | 'history'>>;

/** What is the same for all networks of a run. */
export interface Measuring {
  readonly backend: Backend;
  readonly config: DistillConfig;
  readonly data: DataSplits;
}

/** A network with what it gave for the test samples. */
export interface MeasuredResult {
  readonly result: NetworkResult;
  readonly evaluation: Evaluation;
}

/** Measures a network on the test samples, against `teacher` where it is given, and exports it. */
export async function measureTrained(
  { backend, config, data }: Measuring,
  about: Pick<NetworkResult, 'role' | 'label'> & { readonly model: ModelConfig; readonly seed?: number },
  { model, variables, history, step }: Trained,
  teacher?: Evaluation,
): Promise<MeasuredNetwork & MeasuredResult> {
  const { test: dataset, normalization } = data;
  const measured = await measureNetwork({
    backend,
    model,
    variables,
    dataset,
    ...(normalization !== undefined && { normalization }),
    teacher,
  });
  const { metrics, agreement } = measured.evaluation;
  const { parameters, macs } = model.summary();
  const result: NetworkResult = {
    role: about.role,
    label: about.label,
    architecture: describeModel(about.model, model),
    parameters,
    macs,
    fileBytes: measured.file.length,
    latency: await fileLatency(measured.file, model),
    runs: [
      {
        seed: about.seed ?? config.seed ?? 0,
        ...(step !== undefined && { updates: step }),
        metrics,
        ...(agreement !== undefined && { agreement }),
        curve: history === undefined ? [] : curveOf({ history }),
      },
    ],
  };
  return { ...measured, result };
}

/** Measures a teacher that is an ONNX file, on the test samples. */
export async function measureFrozen(
  { config, data }: Measuring,
  teacher: FrozenModel,
): Promise<MeasuredResult> {
  const file = { ...config.teacher, weights: config.teacher.weights! };
  const source = evaluationSource(data.test, data.normalization);
  const evaluation = await evaluate({ model: teacher, source });
  const { parameters } = await describeOnnx(file.weights);
  const result: NetworkResult = {
    role: 'teacher',
    label: 'Teacher',
    architecture: basename(file.weights),
    parameters,
    fileBytes: (await stat(file.weights)).size,
    latency: await frozenLatency((settings) => openOnnxTeacher(file, data, settings)),
    runs: [{ seed: config.seed ?? 0, metrics: evaluation.metrics, curve: [] }],
  };
  return { result, evaluation };
}
