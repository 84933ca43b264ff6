import { writeFile } from 'node:fs/promises';
import { encodeSafetensors, HostTensor, prngKey, randomNormal, splitKey } from 'kd-core';
import { exportPyTorchResnet } from 'kd-models';
import { settings, student } from './settings.mjs';

/**
 * Writes what both sides begin from: the same weights, the same batch and the same hyperparameters, so that
 * their losses can be compared step by step.
 */
export async function writeStartFile(path) {
  const [weightKey, imageKey] = splitKey(prngKey(0));
  const { batchSize } = settings;
  const tensors = {
    ...exportPyTorchResnet(student.init(weightKey)),
    'batch.images': randomNormal(imageKey, [batchSize, ...student.inputShape]),
    'batch.labels': new HostTensor(
      Int32Array.from({ length: batchSize }, (_, index) => (index * 37) % student.classes),
      [batchSize],
    ),
  };
  const { learningRate, momentum, weightDecay } = settings;
  const metadata = { classes: student.classes, learningRate, momentum, weightDecay };
  await writeFile(
    path,
    encodeSafetensors(
      tensors,
      Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, String(value)])),
    ),
  );
}
