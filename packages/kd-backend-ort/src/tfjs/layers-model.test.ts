import {
  oneHot,
  range,
  removeBackend,
  reshape,
  setBackend,
  sin,
  type Tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { initializers, layers, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LazyBackendUnderTest, startLazyBackend } from './testing/lazy-backend-under-test.ts';

let lazy: LazyBackendUnderTest;
beforeAll(async () => {
  lazy = await startLazyBackend();
});
afterAll(() => {
  removeBackend(lazy.name);
});

const SAMPLES = 60;

/** A model of tfjs-layers with one layer of each kind that trains in its own way. */
function makeModel(): Sequential {
  const kernel = (seed: number): ReturnType<typeof initializers.glorotUniform> =>
    initializers.glorotUniform({ seed });
  const model = sequential({
    layers: [
      layers.conv2d({
        inputShape: [8, 8, 1],
        filters: 4,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer: kernel(1),
      }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.reshape({ targetShape: [9, 4] }),
      layers.gru({ units: 6, kernelInitializer: kernel(2), recurrentInitializer: kernel(3) }),
      layers.dense({ units: 3, activation: 'softmax', kernelInitializer: kernel(4) }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

async function fitAndPredict(): Promise<{ losses: number[]; predictions: number[] }> {
  const images = reshape(sin(range(0, SAMPLES * 64)), [SAMPLES, 8, 8, 1]);
  const labels = oneHot(
    tensor1d(
      Array.from({ length: SAMPLES }, (_, sample) => sample % 3),
      'int32',
    ),
    3,
  );
  const model = makeModel();
  const { history } = await model.fit(images, labels, {
    epochs: 3,
    batchSize: 20,
    shuffle: false,
    verbose: 0,
  });
  const predictions = await (model.predict(images) as Tensor).data();
  return { losses: history.loss as number[], predictions: [...predictions] };
}

it('trains a model of tfjs-layers like the CPU backend', async () => {
  const actual = await fitAndPredict();
  await setBackend('cpu');
  const expected = await fitAndPredict();
  expect(expected.losses[2]).toBeLessThan(expected.losses[0]!);
  for (const [index, loss] of expected.losses.entries()) expect(actual.losses[index]).toBeCloseTo(loss, 4);
  for (const [index, each] of expected.predictions.entries()) {
    expect(actual.predictions[index]).toBeCloseTo(each, 4);
  }
  expect(lazy.fallbacks).toEqual([]);
});
