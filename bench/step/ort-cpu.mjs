// The compiled side of the training step benchmark: answers requests on stdin with times on stdout, as JSON
// lines, in the same way as pytorch.py. Arguments: START_FILE THREADS.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createOrtBackend } from 'kd-backend-ort';
import { decodeSafetensors, HostTensor, prngKey } from 'kd-core';
import { importPyTorchResnet } from 'kd-models';
import { buildTrainingStep, crossEntropy, initialTrainingState, sgd } from 'kd-train';
import { measureSessionRuns } from '../lib/measure-session-runs.mjs';
import { settings, student } from './settings.mjs';

const [startFile, threads] = process.argv.slice(2);
const { tensors } = decodeSafetensors(await readFile(startFile));
const { 'batch.images': images, 'batch.labels': labels, ...weights } = tensors;
const { learningRate, momentum, weightDecay, batchSize } = settings;
const batch = {
  images,
  labels,
  indices: new HostTensor(
    Int32Array.from({ length: batchSize }, (_, index) => index),
    [batchSize],
  ),
};
const participants = {
  student,
  teachers: [],
  method: crossEntropy(),
  optimizer: sgd({ momentum, weightDecay }),
};

// Two runtimes that spin on the same cores slow each other down, even while only one of them works.
const backend = await createOrtBackend({ threads: Number(threads), spinning: false });
const sessionMilliseconds = measureSessionRuns();
const step = backend.compile(buildTrainingStep(participants), { name: 'benchmark', donate: ['state'] });
let state = await backend.upload(
  initialTrainingState(prngKey(0), {
    ...participants,
    studentVariables: importPyTorchResnet({ model: student, tensors: weights }),
  }),
);

async function runStep() {
  const result = await step({ state, teachers: [], batch, scalars: { learningRate, method: {} } });
  state = result.state;
  const { loss } = await backend.download(result.metrics);
  return loss.data[0];
}

const answer = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const { device } = backend;
answer({ description: `${device.vendor} ${device.name}, ${device.threads} threads, without spinning` });
for await (const line of createInterface({ input: process.stdin })) {
  const milliseconds = [];
  const outsideRun = [];
  const losses = [];
  for (let remaining = JSON.parse(line).steps; remaining > 0; remaining--) {
    const before = sessionMilliseconds();
    const begin = performance.now();
    losses.push(await runStep());
    const elapsed = performance.now() - begin;
    milliseconds.push(elapsed);
    outsideRun.push(elapsed - (sessionMilliseconds() - before));
  }
  answer({ milliseconds, outsideRun, losses });
}
await backend.dispose();
