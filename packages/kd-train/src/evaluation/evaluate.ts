import {
  type Agreement,
  type Backend,
  type BatchSource,
  type ClassificationMetrics,
  classificationMetrics,
  confusionMatrix,
  type FrozenModel,
  HostTensor,
  type InputLeaf,
  KdError,
  type Model,
  type ModelVariables,
  teacherAgreement,
} from 'kd-core';
import { runFrozenModel } from '../teachers/run-frozen-model.ts';
import { breather } from '../training/breather.ts';
import { checkBatch } from '../training/check-batch.ts';
import { type CompiledForward, compileForward } from './compile-forward.ts';

/** What is measured beside `ClassificationMetrics`. */
export interface EvaluateDetails {
  /** Count how often each class is taken for each. Default false. */
  readonly confusion?: boolean;
  /** What another network gave for the same source: measures how often this one agrees with it. */
  readonly teacher?: Pick<Evaluation, 'logits' | 'indices'>;
}

export interface EvaluateNetworkOptions extends EvaluateDetails {
  readonly backend: Backend;
  readonly model: Model;
  /** Host or device tensors. */
  readonly variables: ModelVariables<InputLeaf>;
  readonly source: BatchSource;
  /** A compiled forward pass to use again; otherwise one is compiled for this call. */
  readonly forward?: CompiledForward;
}

/** For a network that runs by itself, such as an ONNX file. It is not disposed here. */
export interface EvaluateFrozenModelOptions extends EvaluateDetails {
  readonly model: FrozenModel;
  readonly source: BatchSource;
}

export type EvaluateOptions = EvaluateNetworkOptions | EvaluateFrozenModelOptions;

export interface Evaluation {
  readonly metrics: ClassificationMetrics;
  /** int32 [classes, classes], rows by label, columns by prediction; `classMetrics` reads it. Present where it was asked for. */
  readonly confusion?: HostTensor;
  /** Present where a teacher's evaluation was given. */
  readonly agreement?: Agreement;
  /** float32 [samples, classes], in the order of the source. */
  readonly logits: HostTensor;
  /** int32 [samples] */
  readonly labels: HostTensor;
  /** int32 [samples] */
  readonly indices: HostTensor;
}

/**
 * Runs `model` in evaluation mode over epoch 0 of `source`: a network with its variables on a backend, or a frozen model
 * by itself. Samples that fill a last batch up (`Batch.mask`) are left out. Throws what `checkBatch` throws for images and labels
 * that the model cannot take, for a frozen model what `runFrozenModel` throws, and `SHAPE_MISMATCH` or `INVALID_ARGUMENT` for a
 * teacher's evaluation of other samples or classes.
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { model, source } = options;
  const classifier = 'variables' in options ? compiledClassifier(options) : frozenClassifier(options);
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
      const { data } = await classifier.logits(batch.images);
      for (let row = 0; row < count; row++) {
        if (batch.mask?.data[row] === 0) continue;
        logits.set(data.subarray(row * model.classes, (row + 1) * model.classes), samples * model.classes);
        labels[samples] = batch.labels.data[row]!;
        indices[samples] = batch.indices.data[row]!;
        samples += 1;
      }
      await breathe();
    }
  } finally {
    await classifier.close();
  }
  const results = {
    logits: new HostTensor(logits.slice(0, samples * model.classes), [samples, model.classes]),
    labels: new HostTensor(labels.slice(0, samples), [samples]),
    indices: new HostTensor(indices.slice(0, samples), [samples]),
  };
  return {
    metrics: classificationMetrics(results),
    ...results,
    ...(options.confusion === true && { confusion: confusionMatrix(results) }),
    ...(options.teacher !== undefined && { agreement: agreementWith(options.teacher, results) }),
  };
}

function agreementWith(
  teacher: Pick<Evaluation, 'logits' | 'indices'>,
  student: Pick<Evaluation, 'logits' | 'indices'>,
): Agreement {
  const differing = student.indices.data.findIndex((index, row) => index !== teacher.indices.data[row]);
  if (differing >= 0 || student.indices.data.length !== teacher.indices.data.length) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `teacher must be an evaluation of the same samples in the same order, but ${differing >= 0 ? `its row ${differing} is of sample ${teacher.indices.data[differing]} and here of sample ${student.indices.data[differing]}` : `it has ${teacher.indices.data.length} samples and here there are ${student.indices.data.length}`}.`,
    );
  }
  return teacherAgreement({ student: student.logits, teacher: teacher.logits });
}

interface Classifier {
  /** Of all `images`, in order; rows after them are to be ignored. */
  logits(images: HostTensor): Promise<HostTensor>;
  close(): Promise<void>;
}

/** Pads a short last batch with zeros to the source's batch size, so that one compilation serves all batches. */
function compiledClassifier({
  backend,
  model,
  variables,
  source,
  forward,
}: EvaluateNetworkOptions): Classifier {
  const compiled = forward ?? compileForward({ backend, model, frozen: true });
  return {
    async logits(images) {
      const output = await compiled.logits(variables, padTo(images, source.batchSize));
      const { values } = await backend.download({ values: output });
      output.dispose();
      return values;
    },
    async close() {
      if (forward === undefined) await compiled.dispose();
    },
  };
}

function frozenClassifier({ model }: EvaluateFrozenModelOptions): Classifier {
  return {
    logits: async (images) =>
      (await runFrozenModel(model, images, { taps: [], who: `'${model.name}'` })).logits,
    close: async () => {},
  };
}

function padTo(images: HostTensor, batchSize: number): HostTensor {
  const [count = 0, ...shape] = images.shape;
  if (count >= batchSize) return images;
  const data = new Float32Array((images.data.length / count) * batchSize);
  data.set(images.data);
  return new HostTensor(data, [batchSize, ...shape]);
}
