// Every network of the registry: what compiling its training step takes, and running it. See README.md.
// `node models.mjs` prints the rows of the table in docs/models.md; names as arguments choose networks.
import { createOrtBackend } from 'kd-backend-ort';
import { HostTensor, prngKey, randomNormal } from 'kd-core';
import { createModel, listModels } from 'kd-models';
import { buildTrainingStep, crossEntropy, initialTrainingState, sgd } from 'kd-train';

const chosen = process.argv.slice(2);
const names = listModels()
  .map(({ name }) => name)
  .filter((name) => chosen.length === 0 || chosen.includes(name));
/** Large images are trained in smaller batches, as memory asks for. */
const batchSizeFor = ([height]) => (height > 64 ? 4 : 32);
const CLASSES = 100;
/** Seconds that the timed steps of a network may take together, of which there are at least two. */
const BUDGET = 4;

async function measure(name) {
  const model = createModel(name, { classes: CLASSES });
  const { parameters, frozenParameters, macs, activationBytes } = model.summary();
  const participants = {
    student: model,
    teachers: [],
    method: crossEntropy(),
    optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
  };
  const batchSize = batchSizeFor(model.inputShape);
  const integers = new HostTensor(
    Int32Array.from({ length: batchSize }, (_, index) => index % CLASSES),
    [batchSize],
  );
  const backend = await createOrtBackend();
  const step = backend.compile(buildTrainingStep(participants), { donate: ['state'] });
  let state = await backend.upload(initialTrainingState(prngKey(0), participants));
  const images = randomNormal(prngKey(1), [batchSize, ...model.inputShape]);
  const update = async () => {
    const start = performance.now();
    const result = await step({
      state,
      teachers: [],
      batch: { images, labels: integers, indices: integers },
      scalars: { learningRate: HostTensor.scalar(0.01), method: {} },
    });
    await backend.download(result.metrics.loss);
    state = result.state;
    return performance.now() - start;
  };
  const first = await update();
  const times = [];
  while (times.length < 2 || (times.length < 9 && times.reduce((a, b) => a + b) < BUDGET * 1000)) {
    times.push(await update());
  }
  await backend.dispose();
  const median = times.sort((a, b) => a - b)[Math.floor((times.length - 1) / 2)];
  return [
    name,
    model.inputShape.join('x'),
    (parameters + frozenParameters).toLocaleString('en'),
    (macs / 1e6).toFixed(1),
    (activationBytes / 2 ** 20).toFixed(1),
    ((first - median) / 1000).toFixed(2),
    batchSize,
    median.toFixed(0),
    (median / batchSize).toFixed(2),
  ];
}

console.log(
  '| network | input | parameters | MACs (millions) | activations (MiB) | compiling (s) | batch | step (ms) | ms an image |',
);
console.log(`| --- | --- ${'| ---: '.repeat(7)}|`);
for (const name of names) console.log(`| ${(await measure(name)).join(' | ')} |`);
