// How compiling the training step grows with the depth of the network: tracing, encoding, building the session. See README.md.
import { openOnnx } from 'kd-backend-ort';
import { ensureGradients, HostTensor, prngKey } from 'kd-core';
import { resnet } from 'kd-models';
import { encodeModel, trace } from 'kd-onnx';
import { buildTrainingStep, crossEntropy, initialTrainingState, sgd } from 'kd-train';

const depths = process.argv.slice(2).map(Number);
const batchSize = 64;
/** As the backend finds it on a processor with AVX-512. */
const target = { channelBlock: 16 };

async function measure(depth) {
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
  const step = buildTrainingStep(participants);

  const times = [performance.now()];
  const { graph } = trace(step, args, { target });
  times.push(performance.now());
  const bytes = encodeModel(graph);
  times.push(performance.now());
  const session = await openOnnx(bytes);
  times.push(performance.now());
  await session.release();
  const [tracing, encoding, building] = times.slice(1).map((time, index) => Math.round(time - times[index]));
  return {
    depth,
    nodes: graph.nodes.length,
    kilobytes: Math.round(bytes.length / 1e3),
    tracing,
    encoding,
    building,
  };
}

await ensureGradients();
await measure(8);
const rows = [];
for (const depth of depths.length > 0 ? depths : [20, 56, 110]) rows.push(await measure(depth));
console.table(rows);
