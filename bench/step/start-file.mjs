import { writeFile } from 'node:fs/promises';
import {
  encodeSafetensors,
  foldIn,
  HostTensor,
  prngKey,
  randomNormal,
  randomUniform,
  splitKey,
  treeMap,
} from 'kd-core';
import { exportPyTorchWeights } from 'kd-models';
import { modelOf, settings } from './cases.mjs';

/**
 * Writes what both sides of a case begin from: the same weights, the same batch and the same hyperparameters.
 * Tensors are named `student.` and `teacher.` with PyTorch's names, and `batch.images`, `batch.labels`.
 */
export async function writeStartFile(path, { kind, student, teacher }) {
  const [studentKey, teacherKey, imageKey] = splitKey(prngKey(0), 3);
  const { batchSize, inputShape, classes, ...hyperparameters } = settings;
  const tensors = {
    ...named('student', student, (model) => model.init(studentKey)),
    ...named('teacher', teacher, (model) => trainedLike(model.init(teacherKey), teacherKey)),
    'batch.images': randomNormal(imageKey, [batchSize, ...inputShape]),
    'batch.labels': new HostTensor(
      Int32Array.from({ length: batchSize }, (_, index) => (index * 37) % classes),
      [batchSize],
    ),
  };
  const metadata = { kind, student: student ?? '', teacher: teacher ?? '', classes, ...hyperparameters };
  const asText = Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, String(value)]));
  await writeFile(path, encodeSafetensors(tensors, asText));
}

function named(prefix, name, draw) {
  if (name === undefined) return {};
  const model = modelOf(name);
  const weights = exportPyTorchWeights({ model, variables: draw(model) });
  return Object.fromEntries(Object.entries(weights).map(([key, tensor]) => [`${prefix}.${key}`, tensor]));
}

/** Where batch norm's vectors of a trained network lie, roughly; gains below 1 keep deep sums in bounds. */
const TRAINED = {
  scale: { min: 0.2, max: 0.6 },
  offset: { min: -0.2, max: 0.2 },
  mean: { min: -0.2, max: 0.2 },
  variance: { min: 0.5, max: 1.5 },
};

/** A frozen network whose batch norms are not the identity, so that both sides have them to compute. */
function trainedLike({ params, state }, key) {
  let count = 0;
  const draw = (leaf, path) => {
    const range = TRAINED[path.split('/').at(-1)];
    count += 1;
    return range === undefined ? leaf : randomUniform(foldIn(key, count), leaf.shape, range);
  };
  return { params: treeMap(params, draw), state: treeMap(state, draw) };
}
