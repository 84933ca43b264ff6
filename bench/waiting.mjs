// How long idle threads should wait actively, on a quiet and on a busy machine. See README.md.
import { spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { createOrtBackend } from 'kd-backend-ort';
import { HostTensor, prngKey } from 'kd-core';
import { resnet } from 'kd-models';
import { buildTrainingStep, crossEntropy, initialTrainingState, sgd } from 'kd-train';
import { InferenceSession } from 'onnxruntime-node';
import { median } from './lib/statistics.mjs';

const longestWaits = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [0, 10, 25, 50, 100];
const networks = [
  { depth: 8, size: 16, rounds: 8, steps: 8 },
  { depth: 20, size: 32, rounds: 5, steps: 3 },
];
const batchSize = 64;
const others = [0, 1, 2];

for (const { depth, size, rounds, steps } of networks) {
  const student = resnet({ depth, classes: 10, inputShape: [size, size, 3] });
  const trainers = [];
  for (const microseconds of longestWaits) trainers.push(await openTrainer(student, microseconds));
  for (const count of others) {
    const children = Array.from({ length: count }, () => spawn(process.execPath, ['-e', 'for (;;);']));
    await setTimeout(300);
    const times = trainers.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, step] of trainers.entries()) {
        for (let repetition = 0; repetition < steps; repetition++) times[index].push(await timed(step));
      }
    }
    for (const child of children) child.kill('SIGKILL');
    const cells = longestWaits.map((wait, index) => `${wait} us: ${median(times[index]).toFixed(1)} ms`);
    console.log(`${student.name}, ${size}x${size}, ${count} other processes: ${cells.join(', ')}`);
  }
}
process.exit();

/** A function that does one training step whose idle threads wait so long. */
async function openTrainer(student, microseconds) {
  const create = InferenceSession.create;
  InferenceSession.create = (model, options) =>
    create.call(InferenceSession, model, waiting(options, microseconds));
  const backend = await createOrtBackend({ spinning: false });
  const participants = { student, teachers: [], method: crossEntropy(), optimizer: sgd({ momentum: 0.9 }) };
  const compiled = backend.compile(buildTrainingStep(participants), { donate: ['state'] });
  let state = await backend.upload(initialTrainingState(prngKey(0), participants));
  const labels = new HostTensor(new Int32Array(batchSize), [batchSize]);
  const shape = [batchSize, ...student.inputShape];
  const pixels = new Float32Array(shape.reduce((product, dimension) => product * dimension)).fill(0.1);
  const batch = { images: new HostTensor(pixels, shape), labels, indices: labels };
  const step = async () => {
    const result = await compiled({
      state,
      teachers: [],
      batch,
      scalars: { learningRate: 0.01, method: {} },
    });
    state = result.state;
  };
  for (let repetition = 0; repetition < 3; repetition++) await step();
  InferenceSession.create = create;
  return step;
}

function waiting(options, microseconds) {
  const intraOp =
    microseconds === 0
      ? { allow_spinning: '0' }
      : { allow_spinning: '1', spin_duration_us: String(microseconds) };
  const { extra } = options;
  return { ...options, extra: { ...extra, session: { ...extra.session, intra_op: intraOp } } };
}

async function timed(step) {
  const begin = performance.now();
  await step();
  return performance.now() - begin;
}
