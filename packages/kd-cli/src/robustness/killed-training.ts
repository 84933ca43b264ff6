import { writeSync } from 'node:fs';
import { createOrtBackend } from 'kd-backend-ort';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { prngKey, type Storage } from 'kd-core';
import { createLoader, type Dataset, digits, randomCrop, subset } from 'kd-data';
import { resnet } from 'kd-models';
import {
  cosine,
  crossEntropy,
  hashConfig,
  hashTensors,
  hinton,
  runTraining,
  sgd,
  sum,
  weight,
} from 'kd-train';
import { nodeStorage } from 'kd-train/node';
import type { Report } from './kill-campaign.ts';

/**
 * A program for tests that are allowed to kill it: trains a small student on digits with its checkpoints in a folder, going on where
 * the folder says, and reports what it does, one JSON value a line.
 *
 * Arguments: the backend (`tfjs-cpu` or `ort-cpu`), the folder, the steps of the run, the steps between checkpoints.
 */
const [backendId, folder, steps, every] = process.argv.slice(2) as [string, string, string, string];

/** Written before this returns, so that a report is never lost with the process. */
const report = (line: Report): void => void writeSync(1, `${JSON.stringify(line)}\n`);

/** The storage of users, that tells when it begins to write. */
function reportingStorage(storage: Storage): Storage {
  return {
    ...storage,
    write(name, bytes) {
      report({ type: 'writing' });
      return storage.write(name, bytes);
    },
  };
}

const data = digits();
const shape = { classes: data.classes, inputShape: data.inputShape };
const some = (from: number, to: number): Dataset =>
  subset(
    data,
    Int32Array.from({ length: to - from }, (_, index) => from + index),
  );
const student = resnet({ depth: 8, widths: [1, 1, 2, 2], ...shape });
const teacher = resnet({ depth: 8, widths: [2, 2, 2, 2], ...shape });
const backend = backendId === 'ort-cpu' ? await createOrtBackend({ threads: 1 }) : await createTfjsBackend();
const result = await runTraining(
  {
    backend,
    student,
    teachers: [{ model: teacher, variables: teacher.init(prngKey(1)) }],
    method: sum([weight(0.5, crossEntropy()), weight(0.5, hinton({ temperature: 4 }))]),
    optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
    learningRate: cosine({ initial: 0.05 }),
    source: createLoader({
      dataset: subset(
        data,
        Int32Array.from({ length: 40 }, (_, index) => index),
      ),
      batchSize: 8,
      key: prngKey(2),
      transforms: [randomCrop({ padding: 1 })],
    }),
    averaging: { decay: 0.9 },
    accumulation: 2,
    validation: {
      source: createLoader({ dataset: some(40, 60), batchSize: 20, key: prngKey(4), shuffle: false }),
    },
    select: { metric: 'nll' },
    steps: Number(steps),
    key: prngKey(3),
    checkpoint: { storage: reportingStorage(nodeStorage(folder)), every: Number(every) },
    resume: true,
  },
  {
    start: ({ step }) => report({ type: 'started', step }),
    step: ({ step }) => report({ type: 'step', step: step + 1 }),
    checkpoint: ({ step }) => report({ type: 'checkpoint', step }),
    warning: ({ message }) => report({ type: 'warning', message }),
  },
);
const { variables, methodVariables, deployed, best, history } = result;
const hash = await hashConfig([
  await hashTensors({
    student: { ...variables },
    method: { ...methodVariables },
    averaged: { ...deployed.variables },
    best: { ...best!.deployed.variables },
  }),
  await hashConfig(JSON.parse(JSON.stringify({ history, epoch: best!.epoch, value: best!.value }))),
]);
report({ type: 'done', hash });
await backend.dispose();
