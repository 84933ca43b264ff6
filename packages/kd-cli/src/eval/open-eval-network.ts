import { type OrtEngineId, onnxModel } from 'kd-backend-ort';
import { type BatchSource, type HostTensor, KdError, type ModelVariables } from 'kd-core';
import type { AsyncDataset, Dataset } from 'kd-data';
import { createModel, listModels, type NetworkModel } from 'kd-models';
import { type Evaluation, evaluate } from 'kd-train';
import type { Host } from '../cli/host.ts';
import { UsageError } from '../cli/usage-error.ts';
import { openBackend } from '../open-backend.ts';
import { readWeights } from '../pipeline/read-weights.ts';
import type { Normalization } from './normalization.ts';

/** A trained network that is ready to be evaluated. */
export interface EvalNetwork {
  readonly name: string;
  readonly classes: number;
  /** Of a network of `kd-models`; what an ONNX file holds is not counted. */
  readonly size?: { readonly parameters: number; readonly macs: number };
  /** Id of the backend. */
  readonly backend: string;
  evaluate(source: BatchSource): Promise<Evaluation>;
  dispose(): Promise<void>;
}

export interface EvalNetworkWish {
  /** Path of the weights or of the ONNX file. */
  readonly weights: string;
  readonly classes: number;
  readonly inputShape: (Dataset | AsyncDataset)['inputShape'];
  readonly backend: string | undefined;
  readonly threads: number | undefined;
}

/** A network by name, with weights from a file. Throws what `createModel` and `readWeights` throw. */
export async function openNamedNetwork(
  host: Host,
  {
    weights,
    classes,
    inputShape,
    backend: id,
    threads,
    model: name,
  }: EvalNetworkWish & { readonly model: string },
): Promise<EvalNetwork> {
  const model = createModel(name, { classes, inputShape });
  const variables = await readFitting(weights, model, { classes, inputShape });
  const { parameters, frozenParameters, macs } = model.summary();
  const backend = await openBackend(host, { id, threads });
  return {
    name: model.name,
    classes: model.classes,
    size: { parameters: parameters + frozenParameters, macs },
    backend: backend.id,
    evaluate: (source) => evaluate({ backend, model, variables, source }),
    dispose: () => backend.dispose(),
  };
}

/** An ONNX file. A normalisation is done by the network's input, not by the loader. Throws what `onnxModel` throws. */
export async function openOnnxNetwork({
  weights,
  classes,
  inputShape,
  backend,
  threads,
  normalization,
}: EvalNetworkWish & { readonly normalization: Normalization | 'none' | undefined }): Promise<EvalNetwork> {
  const engine = engineOf(backend);
  const model = await onnxModel(weights, {
    inputShape,
    classes,
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads }),
    ...(normalization !== undefined && {
      preprocessing: normalization === 'none' ? {} : normalization,
    }),
  });
  return {
    name: model.name,
    classes: model.classes,
    backend: engine ?? 'ort-cpu',
    evaluate: (source) => evaluate({ model, source }),
    dispose: () => model.dispose(),
  };
}

function engineOf(backend: string | undefined): OrtEngineId | undefined {
  if (backend === undefined || backend === 'auto') return undefined;
  const engines: readonly OrtEngineId[] = ['ort-cpu', 'ort-cuda', 'ort-webgpu', 'ort-wasm'];
  const engine = engines.find((each) => each === backend);
  if (engine === undefined) {
    throw new UsageError(
      `--backend for an ONNX file must be one of ${engines.join(', ')}, got '${backend}'.`,
    );
  }
  return engine;
}

/** Where the weights are of a sibling, such as the one with other shortcuts, the message says which. */
async function readFitting(
  path: string,
  model: NetworkModel,
  size: { readonly classes: number; readonly inputShape: EvalNetworkWish['inputShape'] },
): Promise<ModelVariables<HostTensor>> {
  try {
    return await readWeights(path, model);
  } catch (error) {
    if (!KdError.isInstance(error) || error.code !== 'SHAPE_MISMATCH') throw error;
    const sibling = await findFitting(path, model.name, size);
    if (sibling === undefined) throw error;
    throw new KdError(
      'SHAPE_MISMATCH',
      `'${path}' does not hold the weights of ${model.name}, but those of ${sibling}: say --model ${sibling}.`,
      { cause: error },
    );
  }
}

async function findFitting(
  path: string,
  name: string,
  size: { readonly classes: number; readonly inputShape: EvalNetworkWish['inputShape'] },
): Promise<string | undefined> {
  const listed = listModels();
  const family = listed.find((each) => each.name === name)?.family;
  for (const each of listed) {
    if (each.family !== family || each.name === name) continue;
    try {
      await readWeights(path, createModel(each.name, size));
      return each.name;
    } catch (error) {
      if (!KdError.isInstance(error)) throw error;
    }
  }
  return undefined;
}
