// What a checkpoint costs a run, when its writing is waited for and when it goes on beside the next steps. See README.md.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrtBackend } from 'kd-backend-ort';
import { HostTensor, prngKey } from 'kd-core';
import { resnet } from 'kd-models';
import { crossEntropy, initialTrainingState, runTraining, saveCheckpoint, sgd } from 'kd-train';
import { nodeStorage } from 'kd-train/node';
import { median } from './lib/statistics.mjs';

const [depth = 56, batchSize = 16, rounds = 5] = process.argv.slice(2).map(Number);
const steps = 24;
const every = 8;
const student = resnet({ depth, classes: 100, inputShape: [32, 32, 3] });
const participants = { student, teachers: [], method: crossEntropy(), optimizer: sgd({ momentum: 0.9 }) };
const images = new HostTensor(new Float32Array(batchSize * 32 * 32 * 3).fill(0.1), [batchSize, 32, 32, 3]);
const labels = new HostTensor(new Int32Array(batchSize), [batchSize]);
const source = {
  length: steps * batchSize,
  batchSize,
  stepsPerEpoch: steps,
  batch: () => ({ images, labels, indices: labels }),
};
const backend = await createOrtBackend();
const options = { ...participants, backend, learningRate: 0.01, source, steps, key: prngKey(0) };

/** A checkpoint of the size of those of the run. */
const tensors = {};
collect(initialTrainingState(prngKey(0), participants), 'state');
const progress = (step) => ({
  ...{ stage: 'main', step, epoch: 0, key: [0, 0], backend: backend.id, configuration: {}, schedules: {} },
  ...{ history: [], totals: { samples: 0, loss: 0, terms: {}, correct: 0 } },
});

function collect(tree, path) {
  if (tree instanceof HostTensor) tensors[path] = tree;
  else for (const [key, value] of Object.entries(tree)) collect(value, `${path}/${key}`);
}

/** Milliseconds of a run without its first step, and of each wait between two steps where a checkpoint is due. */
async function timed(changes, afterStep) {
  const folder = await mkdtemp(join(tmpdir(), 'kd-bench-checkpoints-'));
  const storage = nodeStorage(folder);
  const ends = [];
  const waits = [];
  await runTraining(
    { ...options, ...(changes && { checkpoint: { storage, ...changes } }) },
    {
      async step({ step, milliseconds }) {
        const end = performance.now();
        if (step > 0 && step % every === 0) waits.push(end - ends.at(-1) - milliseconds);
        ends.push(end);
        await afterStep?.(storage, step + 1);
      },
    },
  );
  await rm(folder, { recursive: true });
  return { total: ends.at(-1) - ends[0], waits };
}

const waitedFor = async (storage, step) => {
  if (step % every === 0) await saveCheckpoint(storage, { tensors, progress: progress(step) }, { keep: 2 });
};
const kinds = {
  none: () => timed(undefined),
  'waited for': () => timed(undefined, waitedFor),
  'beside the steps': () => timed({ every }),
};
const results = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
await timed(undefined);
for (let round = 0; round < rounds; round++) {
  for (const [kind, run] of Object.entries(kinds)) results[kind].push(await run());
}
const bytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
console.log(
  `${student.name}, batch ${batchSize}: ${(bytes / 1e6).toFixed(1)} MB a checkpoint, one in ${every} steps, medians of ${rounds} runs of ${steps} steps`,
);
for (const [kind, runs] of Object.entries(results)) {
  const step = median(runs.map(({ total }) => total)) / (steps - 1);
  const wait = median(runs.flatMap(({ waits }) => waits));
  console.log(
    `${kind}: ${step.toFixed(1)} ms a step, ${wait.toFixed(1)} ms from a step with a checkpoint to the next`,
  );
}

// Whether hashing leaves this thread alone: turns of the event loop while 64 MB are hashed.
const large = new Uint8Array(64 * 2 ** 20);
let turns = 0;
let isHashed = false;
const count = () => {
  turns += 1;
  if (!isHashed) setImmediate(count);
};
const begun = performance.now();
const hashing = crypto.subtle.digest('SHA-256', large).then(() => {
  isHashed = true;
});
const called = performance.now() - begun;
count();
await hashing;
console.log(
  `SHA-256 of 64 MB: ${(performance.now() - begun).toFixed(0)} ms, of which ${called.toFixed(0)} in the call; ${turns} turns of the event loop meanwhile`,
);
process.exit();
