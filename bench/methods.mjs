// What each method adds to a step of training. See README.md.
// `node methods.mjs` prints the rows of the table in docs/performance.md; names as arguments choose methods.
import { createOrtBackend } from 'kd-backend-ort';
import { HostTensor, prngKey, randomNormal } from 'kd-core';
import { createModel } from 'kd-models';
import { constant, findTaps, methodCatalog, sgd, train } from 'kd-train';

const chosen = process.argv.slice(2);
const CLASSES = 100;
const BATCH = 64;
/** CIFAR-100's. */
const SAMPLES = 50_000;
const STEPS = 14;
/** Left out of the median: the first compiles, and those after it find cold caches. */
const UNMEASURED = 4;

const student = createModel('resnet20', { classes: CLASSES });
const teacherModel = createModel('resnet56', { classes: CLASSES });
const teacher = { model: teacherModel, variables: teacherModel.init(prngKey(1)) };
const tapped = (model) => ({ name: model.name, taps: model.summary().taps });
const places = { student: tapped(student), teacher: tapped(teacherModel) };

/** Batches of noise with labels and indices of a data set of 50,000 samples. */
const images = randomNormal(prngKey(2), [BATCH, 32, 32, 3]);
const labelOf = (index) => index % CLASSES;
const source = {
  length: SAMPLES - (SAMPLES % BATCH),
  batchSize: BATCH,
  stepsPerEpoch: Math.floor(SAMPLES / BATCH),
  samples: { count: SAMPLES, labels: Int32Array.from({ length: SAMPLES }, (_, index) => labelOf(index)) },
  views: { strong: [32, 32, 3] },
  batch(_epoch, index) {
    const indices = Int32Array.from({ length: BATCH }, (_, place) => index * BATCH + place);
    return {
      images,
      labels: new HostTensor(indices.map(labelOf), [BATCH]),
      indices: new HostTensor(indices, [BATCH]),
      views: { strong: images },
    };
  },
};

const warmUpsOnly = new Set(['fsp', 'activationBoundary']);
/** One network shown another kind of images, which there is not here. */
const leftOut = new Set(['crdModality']);
/** What methods need that the networks do not say. */
const settings = {
  embeddingDistillation: { studentTap: 'pooled', teacherTap: 'pooled' },
  crdEnsemble: { teachers: [0] },
};

function build(name) {
  const { options, create } = methodCatalog[name];
  const found = Object.entries(options).map(([key, option]) => [key, findTaps(option, places)]);
  const taps = Object.fromEntries(found.filter(([, names]) => names !== undefined));
  const method = create({ ...taps, ...settings[name] });
  // Those that teach nothing afterwards are measured while they do.
  return warmUpsOnly.has(name) ? method.warmUp.method : method;
}

/** Median milliseconds of a step of the main stage. */
async function measure(method) {
  const backend = await createOrtBackend();
  const main = { ...method };
  delete main.warmUp;
  const teachers = method.requires.teachers.length > 0 ? [teacher] : [];
  const options = { backend, student, teachers, method: main, source, key: prngKey(3), steps: STEPS };
  const times = [];
  // The rate is 0, as noise teaches nothing and some methods diverge on it; a step costs the same.
  for await (const event of train({
    ...options,
    optimizer: sgd({ momentum: 0.9 }),
    learningRate: constant(0),
  })) {
    if (event.type === 'step') times.push(event.milliseconds);
  }
  await backend.dispose();
  return times.slice(UNMEASURED).sort((a, b) => a - b)[Math.floor((STEPS - UNMEASURED) / 2)];
}

const names = Object.keys(methodCatalog).filter(
  (name) => !leftOut.has(name) && (chosen.length === 0 || chosen.includes(name)),
);
const shapes = { batchSize: BATCH, samples: source.samples };
console.log('| Method | Step, ms | of Hinton | Own MACs a step, M |\n| --- | --- | --- | --- |');
const hinton = await measure(build('hinton'));
for (const name of names) {
  try {
    const method = build(name);
    const milliseconds = await measure(method);
    const macs =
      method.macs?.({ ...shapes, student: shapesOf(student), teachers: [shapesOf(teacherModel)] }) ?? 0;
    console.log(
      `| ${name} | ${milliseconds.toFixed(0)} | ${(milliseconds / hinton).toFixed(2)} | ${(macs / 1e6).toFixed(1)} |`,
    );
  } catch (error) {
    console.log(`| ${name} | not here: ${error.message.split('.')[0]} | | |`);
  }
}

function shapesOf(model) {
  const { taps, tapNorms } = model.summary();
  return { name: model.name, classes: model.classes, taps, tapNorms, classifier: model.classifier };
}
