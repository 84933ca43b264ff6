import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, crossEntropy, HostTensor, klDivergence, valueAndGradient } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOrtBackend } from '../index.ts';
import { randomValues } from './arbitraries.ts';
import { type Case, expectAgreement } from './compare.ts';
import { sessionSettings } from './settings.ts';

/** The gradient by `names` as the result of a program, by all arguments unless given; that of the program is the second one. */
function gradientCase(
  name: string,
  args: Case['args'],
  fn: (args: Record<string, Tensor>) => Tensor,
  names: readonly string[] = Object.keys(args).filter((key) => args[key]!.dtype === 'float32'),
): Case {
  return {
    name,
    args,
    relativeTo: 'gradient',
    run: (tensors) => {
      const inner = Object.fromEntries(names.map((key) => [key, tensors[key]!]));
      const { gradient } = valueAndGradient(
        (params: Record<string, Tensor>) => ({
          value: tf.sum(fn({ ...tensors, ...params })) as Scalar,
          aux: {},
        }),
        inner,
      );
      return Object.values(gradient);
    },
  };
}

const anywhere = (seed: number, ...shape: number[]): HostTensor => randomValues(shape, seed);
const positive = (seed: number, ...shape: number[]): HostTensor =>
  randomValues(shape, seed, { min: 0.3, max: 2 });

const unary: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  square: tf.square,
  exp: tf.exp,
  expm1: tf.expm1,
  log: tf.log,
  log1p: tf.log1p,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  tanh: tf.tanh,
  sigmoid: tf.sigmoid,
  softplus: tf.softplus,
  abs: (x) => tf.mul(tf.abs(x), x),
  relu: (x) => tf.mul(tf.relu(tf.sub(x, 1)), x),
  pow: (x) => tf.pow(x, 3),
  softmax: (x) => tf.mul(tf.softmax(x), tf.square(x)),
  logSoftmax: (x) => tf.mul(tf.logSoftmax(x), x),
  mean: (x) => tf.square(tf.mean(x, 0)),
  transpose: (x) => tf.mul(tf.transpose(x), tf.exp(tf.transpose(x))),
  slice: (x) => tf.square(tf.slice(x, [0, 1], [2, 2])),
  concat: (x) => tf.square(tf.concat([x, tf.exp(x)], 1)),
};

const labels = new HostTensor(Int32Array.of(0, 2, 1), [3]);
const cases: readonly Case[] = [
  ...Object.entries(unary).map(([name, fn]) =>
    gradientCase(name, { x: positive(1, 2, 3) }, ({ x }) => fn(x!)),
  ),
  gradientCase('products and quotients', { a: anywhere(2, 2, 3), b: positive(3, 3) }, ({ a, b }) =>
    tf.div(tf.mul(tf.square(a!), b!), tf.add(b!, tf.square(a!))),
  ),
  gradientCase('matMul', { a: anywhere(4, 3, 4), b: anywhere(5, 4, 2) }, ({ a, b }) =>
    tf.tanh(tf.matMul(a as Tensor2D, b as Tensor2D)),
  ),
  gradientCase(
    'conv2d of stride 1 and 2',
    { x: anywhere(6, 2, 5, 5, 2), k1: anywhere(7, 3, 3, 2, 3), k2: anywhere(8, 3, 3, 3, 2) },
    ({ x, k1, k2 }) => {
      const hidden = (image: Tensor): Tensor =>
        tf.tanh(tf.conv2d(image as Tensor4D, k1 as Tensor4D, 1, 'same'));
      return tf.conv2d(hidden(x!) as Tensor4D, k2 as Tensor4D, 2, 'same');
    },
    // tfjs does not differentiate the gradient of a kernel.
    ['x'],
  ),
  gradientCase('crossEntropy', { logits: anywhere(9, 3, 4), labels }, ({ logits, labels }) =>
    crossEntropy({ logits: logits as Tensor2D, labels: labels as tf.Tensor1D }),
  ),
  gradientCase('klDivergence', { s: anywhere(10, 3, 4), t: anywhere(11, 3, 4) }, ({ s, t }) =>
    klDivergence({
      studentLogits: s as Tensor2D,
      teacherLogits: t as Tensor2D,
      temperature: 3,
      reduction: 'batchmean',
    }),
  ),
];

/** Gulrajani et al., 2017, arXiv:1704.00028, equation 3: how far the critic's slope at its inputs is from 1. */
const gradientPenalty: Case = {
  name: 'gradient penalty of a convolutional critic',
  args: {
    images: anywhere(20, 3, 6, 6, 2),
    k1: randomValues([3, 3, 2, 4], 21, { min: -0.5, max: 0.5 }),
    k2: randomValues([3, 3, 4, 4], 22, { min: -0.5, max: 0.5 }),
    dense: anywhere(23, 4, 1),
  },
  run: ({ images, k1, k2, dense }) => {
    const critic = ({ x }: { x: Tensor }): { value: Scalar; aux: Record<string, Tensor> } => {
      const first = tf.softplus(tf.conv2d(x as Tensor4D, k1 as Tensor4D, 1, 'same'));
      const second = tf.tanh(tf.conv2d(first as Tensor4D, k2 as Tensor4D, 2, 'same'));
      const score = tf.matMul(tf.mean(second, [1, 2]) as Tensor2D, dense as Tensor2D);
      return { value: tf.sum(score) as Scalar, aux: {} };
    };
    const { gradient } = valueAndGradient(critic, { x: images! });
    const slopes = tf.sqrt(tf.sum(tf.square(gradient.x), [1, 2, 3]));
    return tf.mean(tf.square(tf.sub(slopes, 1)));
  },
};

let reference: Backend;
beforeAll(async () => {
  reference = await createTfjsBackend();
});

describe.each([true, false])(
  'gradients of gradients, with blocked convolutions: %s',
  (blockedConvolutions) => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await createOrtBackend({ ...sessionSettings, blockedConvolutions });
    });

    it('are those of tfjs', async () => {
      await expectAgreement(reference, backend, [...cases, gradientPenalty]);
    });
  },
);

it('descends along a gradient penalty', async () => {
  const backend = await createOrtBackend(sessionSettings);
  type Weights = { k1: Tensor; k2: Tensor; dense: Tensor };
  const { images, ...start } = gradientPenalty.args;
  const step = backend.compile(({ weights, images }: { weights: Weights; images: Tensor }) => {
    const { value, gradient } = valueAndGradient(
      (current: Weights) => ({
        value: gradientPenalty.run({ ...current, images }) as Scalar,
        aux: {},
      }),
      weights,
    );
    const moved = Object.entries(weights).map(([name, weight]) => [
      name,
      tf.sub(weight, tf.mul(gradient[name as keyof Weights], 0.1)),
    ]);
    return { weights: Object.fromEntries(moved) as Weights, value };
  });
  let weights = (await backend.upload(start)) as never;
  const values: number[] = [];
  for (let index = 0; index < 5; index++) {
    const result = await step({ weights, images: images! });
    weights = result.weights as never;
    values.push((await backend.download(result.value)).data[0]!);
  }
  expect(values).toEqual([...values].sort((a, b) => b - a));
  expect(values[4]).toBeLessThan(0.99 * values[0]!);
});
