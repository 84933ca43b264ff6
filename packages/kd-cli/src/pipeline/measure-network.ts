import type { Backend, HostTensor, Model, ModelVariables } from 'kd-core';
import type { Dataset, NormalizeOptions } from 'kd-data';
import { type CompiledForward, type Evaluation, evaluate } from 'kd-train';
import { checkFile, type FileCheck, toOnnx } from './ship-network.ts';
import { evaluationSource } from './sources.ts';

export interface MeasuredNetwork {
  readonly evaluation: Evaluation;
  /** The ONNX file of the network. */
  readonly file: Uint8Array;
  /** That the file computes the same. */
  readonly check: FileCheck;
}

/** Evaluates a trained network on `dataset`, exports it, and checks the file on the same samples. */
export async function measureNetwork(options: {
  readonly backend: Backend;
  readonly model: Model;
  readonly variables: ModelVariables<HostTensor>;
  readonly dataset: Dataset;
  readonly normalization?: NormalizeOptions;
  readonly forward?: CompiledForward;
  /** What its teacher gave for the same samples. */
  readonly teacher?: Evaluation | undefined;
}): Promise<MeasuredNetwork> {
  const { model, variables, dataset, normalization, teacher, ...rest } = options;
  const source = evaluationSource(dataset, normalization);
  const evaluation = await evaluate({
    ...rest,
    model,
    variables,
    source,
    ...(teacher !== undefined && { teacher }),
  });
  const file = toOnnx(model, variables, normalization);
  return { evaluation, file, check: await checkFile(file, { source, logits: evaluation.logits }) };
}
