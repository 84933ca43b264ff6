// The same for Node and for the page: the training step of resnet20 on an engine.
import { createOrtBackend } from 'kd-backend-ort';
import { HostTensor, prngKey } from 'kd-core';
import { createModel } from 'kd-models';
import { buildTrainingStep, crossEntropy, initialTrainingState, sgd } from 'kd-train';

const batchSize = 64;
const imageSize = 32;
const classes = 100;

/** A function that makes a step and gives its milliseconds and its loss; the first one compiles. */
export async function openStep(options) {
  const backend = await createOrtBackend(options);
  const student = createModel('resnet20', { classes });
  const optimizer = sgd({ momentum: 0.9, weightDecay: 5e-4 });
  const participants = { student, teachers: [], method: crossEntropy(), optimizer };
  const step = backend.compile(buildTrainingStep(participants), { donate: ['state'] });
  const key = prngKey(0);
  let state = initialTrainingState(key, { ...participants, studentVariables: student.init(key) });
  const pixels = Float32Array.from({ length: batchSize * imageSize * imageSize * 3 }, (_, index) =>
    Math.sin(index * 12.9898),
  );
  const numbers = new HostTensor(
    Int32Array.from({ length: batchSize }, (_, index) => index),
    [batchSize],
  );
  const images = new HostTensor(pixels, [batchSize, imageSize, imageSize, 3]);
  const batch = { images, labels: numbers, indices: numbers };
  const makeStep = async () => {
    const start = performance.now();
    const result = await step({
      state,
      teachers: [],
      batch,
      scalars: { learningRate: 0.01, method: {} },
    });
    state = result.state;
    const { loss } = await backend.download(result.metrics);
    return { milliseconds: performance.now() - start, loss: loss.data[0] };
  };
  return { makeStep, device: backend.device };
}
