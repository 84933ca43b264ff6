// What compiling the training step costs, and what it holds in memory while it runs and after. See README.md.
import { createOrtBackend } from 'kd-backend-ort';
import { HostTensor, prngKey, randomUniform } from 'kd-core';
import { buildTrainingStep, crossEntropy, initialTrainingState, sgd } from 'kd-train';
import { modelOf, settings } from './step/cases.mjs';

const steps = Number(process.argv[2] ?? 300);
const student = modelOf('resnet20');
const { batchSize, learningRate, momentum, weightDecay } = settings;
const participants = {
  student,
  teachers: [],
  method: crossEntropy(),
  optimizer: sgd({ momentum, weightDecay }),
};
const perSample = (at) =>
  new HostTensor(
    Int32Array.from({ length: batchSize }, (_, index) => at(index)),
    [batchSize],
  );
const batch = {
  images: randomUniform(prngKey(1), [batchSize, ...student.inputShape]),
  labels: perSample((index) => index % student.classes),
  indices: perSample((index) => index),
};

const megabytes = () => {
  globalThis.gc?.();
  return `${Math.round(process.memoryUsage().rss / 1e6)} MB`;
};
console.log(`before anything          ${megabytes()}`);
const backend = await createOrtBackend();
const step = backend.compile(buildTrainingStep(participants), { name: 'benchmark', donate: ['state'] });
let state = await backend.upload(initialTrainingState(prngKey(0), participants));

async function run() {
  const result = await step({ state, teachers: [], batch, scalars: { learningRate, method: {} } });
  state = result.state;
  for (const leaf of [result.metrics.loss, result.metrics.correct, result.metrics.gradientNorm])
    leaf.dispose();
}

const timed = async (work) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};
const first = await timed(run);
const second = await timed(run);
console.log(
  `compiling                ${Math.round(first - second)} ms (first step ${Math.round(first)}, second ${Math.round(second)})`,
);
for (let done = 2, report = 10; done < steps; done++) {
  await run();
  if (done + 1 === report || done + 1 === steps) {
    console.log(
      `after ${String(done + 1).padStart(4)} steps         ${megabytes()}, ${backend.memory().tensors} device tensors`,
    );
    report = Math.min(report * 3, steps);
  }
}
state = undefined;
await backend.dispose();
console.log(`after disposing          ${megabytes()}`);
