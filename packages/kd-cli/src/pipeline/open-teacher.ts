import { type OrtEngineId, onnxModel } from 'kd-backend-ort';
import type { Backend, FrozenModel } from 'kd-core';
import type { TrainedNetwork } from 'kd-train';
import { createModelFrom } from '../config/create-model.ts';
import type { TeacherConfig } from '../config/teacher-config.ts';
import { isOnnxTeacher } from '../config/weights-file.ts';
import type { DataSplits } from './open-data.ts';
import { readWeights } from './read-weights.ts';

/** A teacher that comes out of a file. */
export type TeacherFile = TeacherConfig & { readonly weights: string };

/** On what a network runs that is an ONNX file. */
export interface SessionSettings {
  /** Default `ort-cpu`. */
  readonly engine?: OrtEngineId;
  /** Default: all that the process may use. */
  readonly threads?: number;
}

/** A session beside `backend` computes where it does, if ONNX Runtime computes there; otherwise on the processor. */
export function sessionBeside({ id }: Backend, threads: number | undefined): SessionSettings {
  return {
    ...(id.startsWith('ort-') && { engine: id as OrtEngineId }),
    ...(threads !== undefined && { threads }),
  };
}

/** The trained network of `teacher.weights`. Throws what the readers of its kind of file throw. */
export async function openTeacher(
  teacher: TeacherFile,
  data: DataSplits,
  session: () => Promise<SessionSettings>,
): Promise<TrainedNetwork | FrozenModel> {
  if (isOnnxTeacher(teacher)) return openOnnxTeacher(teacher, data, await session());
  const { classes, inputShape } = data.train;
  const model = createModelFrom(teacher.model!, { classes, inputShape });
  return { model, variables: await readWeights(teacher.weights, model) };
}

/** A teacher that is an ONNX file, in a session of its own. */
export function openOnnxTeacher(
  { weights, onnx }: TeacherFile,
  { train, normalization }: DataSplits,
  session: SessionSettings,
): Promise<FrozenModel> {
  return onnxModel(weights, {
    ...onnx,
    inputShape: train.inputShape,
    ...(normalization !== undefined && { images: normalization }),
    ...session,
  });
}
