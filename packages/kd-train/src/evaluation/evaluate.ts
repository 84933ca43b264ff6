import {
  type Backend,
  type BatchSource,
  type ClassificationMetrics,
  classificationMetrics,
  HostTensor,
  type InputLeaf,
  type Model,
  type ModelVariables,
} from 'kd-core';
import { breather } from '../training/breather.ts';
import { checkBatch } from '../training/check-batch.ts';
import { type CompiledForward, compileForward } from './compile-forward.ts';

export interface EvaluateOptions {
  readonly backend: Backend;
  readonly model: Model;
  /** Host or device tensors. */
  readonly variables: ModelVariables<InputLeaf>;
  readonly source: BatchSource;
  /** A compiled forward pass to use again; otherwise one is compiled for this call. */
  readonly forward?: CompiledForward;
}

export interface Evaluation {
  readonly metrics: ClassificationMetrics;
  /** float32 [samples, classes], in the order of the source. */
  readonly logits: HostTensor;
  /** int32 [samples] */
  readonly labels: HostTensor;
  /** int32 [samples] */
  readonly indices: HostTensor;
}

/**
 * Runs `model` in evaluation mode over epoch 0 of `source`. A short last batch is padded with zeros to the
 * source's batch size and the padding's logits are dropped, so that one compilation serves all batches.
 * Throws what `checkBatch` throws for images and labels that the model cannot take.
 */
export async function evaluate({
  backend,
  model,
  variables,
  source,
  forward,
}: EvaluateOptions): Promise<Evaluation> {
  const compiled = forward ?? compileForward({ backend, model, frozen: true });
  const logits = new Float32Array(source.length * model.classes);
  const labels = new Int32Array(source.length);
  const indices = new Int32Array(source.length);
  const breathe = breather();
  let samples = 0;
  try {
    for (let index = 0; index < source.stepsPerEpoch; index++) {
      const batch = await source.batch(0, index);
      checkBatch(batch, model, { epoch: 0, index });
      const count = batch.labels.shape[0]!;
      const output = await compiled.logits(variables, padTo(batch.images, source.batchSize));
      const { values } = await backend.download({ values: output });
      output.dispose();
      logits.set(values.data.subarray(0, count * model.classes), samples * model.classes);
      labels.set(batch.labels.data, samples);
      indices.set(batch.indices.data, samples);
      samples += count;
      await breathe();
    }
  } finally {
    if (forward === undefined) await compiled.dispose();
  }
  const allLogits = new HostTensor(logits.slice(0, samples * model.classes), [samples, model.classes]);
  const allLabels = new HostTensor(labels.slice(0, samples), [samples]);
  return {
    metrics: classificationMetrics({ logits: allLogits, labels: allLabels }),
    logits: allLogits,
    labels: allLabels,
    indices: new HostTensor(indices.slice(0, samples), [samples]),
  };
}

function padTo(images: HostTensor, batchSize: number): HostTensor {
  const [count = 0, ...shape] = images.shape;
  if (count >= batchSize) return images;
  const data = new Float32Array((images.data.length / count) * batchSize);
  data.set(images.data);
  return new HostTensor(data, [batchSize, ...shape]);
}
