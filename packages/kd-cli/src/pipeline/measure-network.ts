import type { Backend, ClassificationMetrics, HostTensor, Model, ModelVariables } from 'kd-core';
import type { Dataset, NormalizeOptions } from 'kd-data';
import { type CompiledForward, evaluate } from 'kd-train';
import { checkFile, type FileCheck, toOnnx } from './ship-network.ts';
import { evaluationSource } from './sources.ts';

export interface MeasuredNetwork {
  readonly metrics: ClassificationMetrics;
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
}): Promise<MeasuredNetwork> {
  const { model, variables, dataset, normalization } = options;
  const source = evaluationSource(dataset, normalization);
  const { metrics, logits } = await evaluate({ ...options, source });
  const file = toOnnx(model, variables, normalization);
  return { metrics, file, check: await checkFile(file, { source, logits }) };
}
