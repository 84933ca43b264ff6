// What clipping, accumulation, averages, guards and monitors cost in a training of resnet20. See README.md.
import { createOrtBackend } from 'kd-backend-ort';
import { HostTensor, prngKey, randomUniform } from 'kd-core';
import { crossEntropy, sgd, train } from 'kd-train';
import { median } from './lib/statistics.mjs';
import { modelOf, settings } from './step/cases.mjs';

const [ROUNDS, UNMEASURED] = [20, 3];
const { batchSize, learningRate, momentum, weightDecay } = settings;
const kinds = {
  plain: {},
  'gradientClipping: { norm }': { gradientClipping: { norm: 5 } },
  'gradientClipping: { value }': { gradientClipping: { value: 1 } },
  averaging: { averaging: { decay: 0.99 } },
  "nonFinite: 'skip'": { nonFinite: 'skip' },
  'monitors: { gradientNorm: { parts } }': { monitors: { gradientNorm: { parts: true } } },
  'accumulation: 2, batches of half the size': { accumulation: 2 },
};

const student = modelOf(process.argv[2] ?? 'resnet20');
const backend = await createOrtBackend();

/** The same batch again and again. */
function source(size) {
  const perSample = (at) =>
    new HostTensor(
      Int32Array.from({ length: size }, (_, index) => at(index)),
      [size],
    );
  const batch = {
    images: randomUniform(prngKey(1), [size, ...student.inputShape]),
    labels: perSample((index) => index % student.classes),
    indices: perSample((index) => index),
  };
  const stepsPerEpoch = 1000;
  return { length: size * stepsPerEpoch, batchSize: size, stepsPerEpoch, batch: () => batch };
}

function open(options) {
  return train({
    backend,
    student,
    method: crossEntropy(),
    optimizer: sgd({ momentum, weightDecay }),
    learningRate,
    source: source(batchSize / (options.accumulation ?? 1)),
    steps: ROUNDS + UNMEASURED,
    key: prngKey(0),
    ...options,
  });
}

/** Makes one step of a training, which waits for its next turn. */
async function step(events) {
  for (;;) {
    const { value } = await events.next();
    if (value.type === 'step') return value.milliseconds;
  }
}

const runs = Object.entries(kinds).map(([name, options]) => ({ name, events: open(options), times: [] }));
for (let round = 0; round < UNMEASURED + ROUNDS; round++) {
  for (const { events, times } of runs) {
    const milliseconds = await step(events);
    if (round >= UNMEASURED) times.push(milliseconds);
  }
}
const [plain] = runs;
for (const { name, times } of runs) {
  const ratio = median(times.map((each, round) => each / plain.times[round]));
  console.log(`${name.padEnd(44)} ${median(times).toFixed(1)} ms  ${ratio.toFixed(2)} of plain`);
}
for (const { events } of runs) await events.return();
await backend.dispose();
