import { type Backend, HostTensor, prngKey } from 'kd-core';
import { createModel } from 'kd-models';
import { buildTrainingStep, crossEntropy, initialTrainingState, sgd } from 'kd-train';

/** What is trained: small enough for plain JavaScript and emulated GPUs to finish. */
export const measuredStep = { model: 'resnet8', imageSize: 8, classes: 10, batchSize: 16 } as const;

const MILLISECONDS = 1000;

/** Training steps that the backend makes in a second, data brought to it and the loss read back each time. */
export async function measureSteps(backend: Backend): Promise<number> {
  const { model, imageSize, classes, batchSize } = measuredStep;
  const student = createModel(model, { classes, inputShape: [imageSize, imageSize, 3] });
  const key = prngKey(0);
  const participants = {
    student,
    teachers: [],
    method: crossEntropy(),
    optimizer: sgd({ momentum: 0.9 }),
  };
  const step = backend.compile(buildTrainingStep(participants), { name: 'benchmark', donate: ['state'] });
  const count = batchSize * imageSize * imageSize * 3;
  const pixels = Float32Array.from({ length: count }, (_, index) => Math.sin(index));
  const numbers = Int32Array.from({ length: batchSize }, (_, index) => index);
  const batch = {
    images: new HostTensor(pixels, [batchSize, imageSize, imageSize, 3]),
    labels: new HostTensor(
      numbers.map((index) => index % classes),
      [batchSize],
    ),
    indices: new HostTensor(numbers, [batchSize]),
  };
  let state: Parameters<typeof step>[0]['state'] = initialTrainingState(key, {
    ...participants,
    studentVariables: student.init(key),
  });
  const once = async (): Promise<void> => {
    const result = await step({ state, teachers: [], batch, scalars: { learningRate: 0.01, method: {} } });
    state = result.state;
    await backend.download(result.metrics);
  };
  // The first step compiles.
  await once();
  const start = performance.now();
  let steps = 0;
  do {
    await once();
    steps++;
  } while (performance.now() - start < MILLISECONDS);
  const rate = (steps * 1000) / (performance.now() - start);
  await step.dispose();
  return rate;
}
