// How the training step grows: compiling it with the depth of the network, running it with the batch. See README.md.
import { createOrtBackend, openOnnx } from 'kd-backend-ort';
import { ensureGradients, HostTensor, prngKey } from 'kd-core';
import { resnet } from 'kd-models';
import { encodeModel, trace } from 'kd-onnx';
import { buildTrainingStep, crossEntropy, initialTrainingState, sgd } from 'kd-train';

const depths = process.argv.slice(2).map(Number);
/** As the backend finds it on a processor with AVX-512. */
const target = { channelBlock: 16 };

/** The step of a CIFAR ResNet, and arguments for it. */
function prepare(depth, batchSize) {
  const student = resnet({ depth, classes: 100, inputShape: [32, 32, 3] });
  const participants = {
    student,
    teachers: [],
    method: crossEntropy(),
    optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
  };
  const integers = new HostTensor(new Int32Array(batchSize), [batchSize]);
  const shape = [batchSize, ...student.inputShape];
  const images = new HostTensor(new Float32Array(shape.reduce((a, b) => a * b)), shape);
  const args = {
    state: initialTrainingState(prngKey(0), participants),
    teachers: [],
    batch: { images, labels: integers, indices: integers },
    scalars: { learningRate: HostTensor.scalar(0.1), method: {} },
  };
  return { step: buildTrainingStep(participants), args };
}

async function compile(depth) {
  const { step, args } = prepare(depth, 64);
  const times = [performance.now()];
  const { graph } = trace(step, args, { target });
  times.push(performance.now());
  const bytes = encodeModel(graph);
  times.push(performance.now());
  const session = await openOnnx(bytes);
  times.push(performance.now());
  await session.release();
  const [tracing, encoding, building] = times.slice(1).map((time, index) => Math.round(time - times[index]));
  const kilobytes = Math.round(bytes.length / 1e3);
  return { depth, nodes: graph.nodes.length, kilobytes, tracing, encoding, building };
}

async function run(batchSize) {
  const { step, args } = prepare(20, batchSize);
  const backend = await createOrtBackend();
  const compiled = backend.compile(step);
  const times = [];
  for (let index = 0; index < 12; index++) {
    const start = performance.now();
    const { metrics } = await compiled(args);
    await backend.download(metrics.loss);
    times.push(performance.now() - start);
  }
  await backend.dispose();
  // The first ones compile and warm up.
  const median = times.slice(3).sort((a, b) => a - b)[4];
  return { batchSize, step: Math.round(median), perSample: Number((median / batchSize).toFixed(2)) };
}

async function tableOf(values, measure) {
  const rows = [];
  for (const value of values) rows.push(await measure(value));
  console.table(rows);
}

await ensureGradients();
await compile(8);
await tableOf(depths.length > 0 ? depths : [20, 56, 110], compile);
await tableOf([16, 32, 64, 128], run);
