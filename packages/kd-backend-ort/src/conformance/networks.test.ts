import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, batchNormTraining, crossEntropy, HostTensor, hintonLoss } from 'kd-core';
import { beforeAll, it } from 'vitest';
import { createOrtBackend } from '../index.ts';
import { randomValues, seeds } from './arbitraries.ts';
import { type Case, expectAgreement } from './compare.ts';
import { rounds, seed, sessionSettings } from './settings.ts';

interface Network {
  readonly batch: number;
  readonly size: number;
  readonly inputChannels: number;
  readonly widths: readonly number[];
  readonly strides: readonly number[];
  readonly kernel: number;
  readonly pool: 'max' | 'average' | 'none';
  readonly depthwise: boolean;
  readonly classes: number;
  readonly seed: number;
}

const networks: fc.Arbitrary<Network> = fc.record({
  batch: fc.integer({ min: 2, max: 5 }),
  size: fc.integer({ min: 5, max: 9 }),
  inputChannels: fc.integer({ min: 1, max: 3 }),
  widths: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 3 }),
  strides: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 3, maxLength: 3 }),
  kernel: fc.constantFrom(1, 3),
  pool: fc.constantFrom('max', 'average', 'none'),
  depthwise: fc.boolean(),
  classes: fc.integer({ min: 2, max: 6 }),
  seed: seeds,
});

/** Residual blocks of convolution, batch norm and activation; pooling, dense layer, cross entropy and distillation. */
function networkCase(network: Network): Case {
  const { batch, size, inputChannels, widths, strides, kernel, classes, seed } = network;
  const parameters: Record<string, HostTensor> = {};
  let channels = inputChannels;
  widths.forEach((width, block) => {
    const uniform = (shape: readonly number[], index: number): HostTensor =>
      randomValues(shape, seed + 10 * block + index, { min: -1, max: 1 });
    parameters[`b${block}/conv`] = uniform([kernel, kernel, channels, width], 0);
    parameters[`b${block}/scale`] = uniform([width], 1);
    parameters[`b${block}/offset`] = uniform([width], 2);
    parameters[`b${block}/inner`] = network.depthwise
      ? uniform([3, 3, width, 1], 3)
      : uniform([3, 3, width, width], 3);
    channels = width;
  });
  parameters['dense/weight'] = randomValues([channels, classes], seed + 90, { min: -1, max: 1 });
  parameters['dense/bias'] = randomValues([classes], seed + 91);

  return {
    name: JSON.stringify(network),
    args: {
      ...parameters,
      images: randomValues([batch, size, size, inputChannels], seed + 92),
      labels: randomValues([batch], seed + 93, { dtype: 'int32', min: 0, max: classes - 1 }),
      teacherLogits: randomValues([batch, classes], seed + 94, { min: -4, max: 4 }),
      temperature: HostTensor.scalar(4),
    },
    run: (args) => {
      let x = args.images as Tensor4D;
      widths.forEach((_, block) => {
        const parameter = (name: string): Tensor => args[`b${block}/${name}`]!;
        const y = tf.conv2d(x, parameter('conv') as Tensor4D, strides[block]!, 'same');
        const normalised = batchNormTraining({
          x: y,
          scale: parameter('scale') as Tensor1D,
          offset: parameter('offset') as Tensor1D,
          epsilon: 1e-2,
        });
        const active = tf.relu(normalised.y) as Tensor4D;
        const inner = parameter('inner') as Tensor4D;
        const branch = network.depthwise
          ? tf.depthwiseConv2d(active, inner, 1, 'same')
          : tf.conv2d(active, inner, 1, 'same');
        x = tf.add(branch, y);
      });
      const isPoolable = x.shape[1] >= 2;
      if (isPoolable && network.pool === 'max') x = tf.maxPool(x, 2, 2, 'valid');
      if (isPoolable && network.pool === 'average') x = tf.avgPool(x, 2, 1, 'valid');
      const pooled = tf.mean(x, [1, 2]) as Tensor2D;
      const logits = tf.add(tf.matMul(pooled, args['dense/weight'] as Tensor2D), args['dense/bias']!);
      const hard = crossEntropy({ logits, labels: args.labels!, labelSmoothing: 0.1 });
      const soft = hintonLoss({
        studentLogits: logits,
        teacherLogits: args.teacherLogits!,
        temperature: args.temperature as tf.Scalar,
      } as Parameters<typeof hintonLoss>[0]);
      return tf.add(tf.mul(hard, 0.3), tf.mul(soft, 0.7));
    },
  };
}

let reference: Backend;
let backend: Backend;

beforeAll(async () => {
  reference = await createTfjsBackend();
  backend = await createOrtBackend(sessionSettings);
});

it('computes the loss and every gradient of random networks as tfjs does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(networks, { minLength: 1, maxLength: 3 }), (drawn) =>
      expectAgreement(reference, backend, drawn.map(networkCase)),
    ),
    { seed, numRuns: 15 * rounds },
  );
});
