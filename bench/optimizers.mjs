// What each optimiser costs in a training step of resnet20. See README.md.
import { createOrtBackend } from 'kd-backend-ort';
import { HostTensor, prngKey, randomUniform, treeMap } from 'kd-core';
import {
  adam,
  adamW,
  buildTrainingStep,
  crossEntropy,
  initialTrainingState,
  lars,
  lion,
  normsAndBiases,
  sgd,
} from 'kd-train';
import { modelOf, settings } from './step/cases.mjs';

const [ROUNDS, UNMEASURED] = [24, 3];
/** Of each kind in a turn. */
const [STEPS, UPDATES] = [1, 5];
const { batchSize, learningRate, momentum, weightDecay } = settings;
const optimizers = {
  'sgd, without momentum': sgd({ weightDecay }),
  'sgd, momentum': sgd({ momentum, weightDecay }),
  "sgd, Nesterov's momentum": sgd({ momentum, nesterov: true, weightDecay }),
  'sgd, momentum, no decay on norms and biases': sgd({
    momentum,
    weightDecay,
    groups: [{ match: normsAndBiases, weightDecay: 0 }],
  }),
  adam: adam({ weightDecay }),
  'adam, amsgrad': adam({ weightDecay, amsgrad: true }),
  adamW: adamW({ weightDecay }),
  lars: lars({ weightDecay }),
  'lars, norms and biases unscaled': lars({
    weightDecay,
    groups: [{ match: normsAndBiases, weightDecay: 0, adaptive: false }],
  }),
  lion: lion({ weightDecay }),
};
const usual = 'sgd, momentum';

const student = modelOf('resnet20');
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

const backend = await createOrtBackend();

/** A training step, and the update alone on the same parameters and on gradients of zero. */
async function open(name, optimizer) {
  const participants = { student, teachers: [], method: crossEntropy(), optimizer };
  const step = backend.compile(buildTrainingStep(participants), { name, donate: ['state'] });
  const update = backend.compile((args) => optimizer.update(args), { name, donate: ['params', 'state'] });
  const initial = initialTrainingState(prngKey(0), participants);
  let whole = await backend.upload(initial);
  let alone = await backend.upload({ params: initial.student.params, state: initial.optimizer });
  // Those of the parameters only: the method has none of its own.
  alone = { params: { student: alone.params, method: {} }, state: alone.state };
  const gradients = await backend.upload(treeMap(alone.params, zerosLike));
  return {
    name,
    steps: [],
    updates: [],
    async turn() {
      this.steps.push(
        await timed(STEPS, async () => {
          const result = await step({
            state: whole,
            teachers: [],
            batch,
            scalars: { learningRate, method: {} },
          });
          whole = result.state;
          const { loss } = await backend.download({ loss: result.metrics.loss });
          if (!Number.isFinite(loss.data[0])) throw new Error(`${name} has diverged.`);
          for (const metric of [result.metrics.loss, result.metrics.correct, result.metrics.gradientNorm])
            metric.dispose();
        }),
      );
      this.updates.push(
        await timed(UPDATES, async () => {
          alone = await update({ ...alone, gradients, learningRate });
        }),
      );
    },
  };
}

async function timed(times, work) {
  const start = performance.now();
  for (let done = 0; done < times; done++) await work();
  return (performance.now() - start) / times;
}

function zerosLike({ shape }) {
  return new HostTensor(new Float32Array(shape.reduce((size, each) => size * each, 1)), shape);
}

const sides = [];
for (const [name, optimizer] of Object.entries(optimizers)) sides.push(await open(name, optimizer));
for (let round = 0; round < UNMEASURED + ROUNDS; round++) {
  // Forth and back, so that none always comes after the same neighbour.
  for (const side of round % 2 === 0 ? sides : sides.toReversed()) await side.turn();
}
const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)];
const base = sides.find(({ name }) => name === usual);
console.log(`| optimiser | step, ms | of ${usual}, same round | middle half | update alone, ms |`);
console.log('| --- | --- | --- | --- | --- |');
for (const { name, steps, updates } of sides) {
  const measured = steps.slice(UNMEASURED);
  const ratios = measured.map((time, round) => time / base.steps[UNMEASURED + round]);
  const at = (share) => quantile(ratios, share).toFixed(2);
  console.log(
    `| ${name} | ${quantile(measured, 0.5).toFixed(1)} | ${at(0.5)} | ${at(0.25)}-${at(0.75)} | ${quantile(updates.slice(UNMEASURED), 0.5).toFixed(2)} |`,
  );
}
await backend.dispose();
