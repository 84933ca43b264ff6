import { writeFile } from 'node:fs/promises';
import { type Backend, prngKey, splitKey } from 'kd-core';
import { createLoader, type Dataset, normalize } from 'kd-data';
import { exportOnnx } from 'kd-export';
import { resnet } from 'kd-models';
import { cosine, crossEntropy, runTraining, sgd } from 'kd-train';

/** What this teacher was trained to see: pixels minus the mean, over the standard deviation. */
export const preprocessing = { mean: [0.305], standardDeviation: [0.376] } as const;

/**
 * Stands for whoever has trained the teacher, in whatever framework: all that remains of it is an ONNX file. Batch norm is
 * merged into the convolutions, and the values inside have names that mean nothing.
 */
export async function makeTeacher(path: string, dataset: Dataset, backend: Backend): Promise<void> {
  const [order, init] = splitKey(prngKey(11), 2);
  const model = resnet({ depth: 8, classes: 10, inputShape: [8, 8, 1] });
  const { variables } = await runTraining({
    backend,
    student: model,
    method: crossEntropy(),
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
    learningRate: cosine({ initial: 0.1 }),
    source: createLoader({
      dataset,
      batchSize: 64,
      key: order!,
      dropLast: true,
      transforms: [normalize(preprocessing)],
    }),
    epochs: 6,
    key: init!,
  });
  await writeFile(path, exportOnnx({ model, variables }));
}
