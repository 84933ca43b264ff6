import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import type { Backend, HostTensor } from 'kd-core';
import { beforeAll, it } from 'vitest';
import { createOrtBackend } from '../index.ts';
import { permutations, randomValues, seeds } from './arbitraries.ts';
import { type Case, expectAgreement } from './compare.ts';
import { rounds, seed, sessionSettings } from './settings.ts';

type Shape = readonly [number, number, number, number];

/** One operation of a random program on 4-D tensors; `weight` is its own parameter. */
interface Operation {
  readonly name: string;
  readonly weight?: HostTensor;
  apply(x: Tensor4D, weight: Tensor): Tensor;
}

interface Choice {
  readonly kind: number;
  readonly seed: number;
  readonly axis: number;
  readonly permutation: number[];
}

type Maker = (shape: Shape, choice: Choice) => Operation | undefined;

function withWeight(
  name: string,
  shape: readonly number[],
  { seed }: Choice,
  apply: (x: Tensor4D, weight: Tensor) => Tensor,
): Operation {
  return { name: `${name} [${shape}]`, weight: randomValues(shape, seed, { min: -1, max: 1 }), apply };
}

/** Operations without jumps, so that rounding cannot change a result by more than rounding. */
const makers: readonly Maker[] = [
  ([, height, width, channels], choice) => {
    const kernel = Math.min(height, width, 1 + (choice.seed % 3));
    const stride = 1 + (choice.axis % 2);
    return withWeight(
      `conv2d stride ${stride}`,
      [kernel, kernel, channels, 1 + (choice.seed % 4)],
      choice,
      (x, w) => tf.conv2d(x, w as Tensor4D, stride, choice.axis < 2 ? 'same' : 'valid'),
    );
  },
  ([, , , channels], choice) =>
    withWeight('depthwiseConv2d', [3, 2, channels, 1], choice, (x, w) =>
      tf.depthwiseConv2d(x, w as Tensor4D, 1, 'same'),
    ),
  (_, choice) => ({
    name: `transpose by [${choice.permutation}]`,
    apply: (x) => tf.transpose(x, choice.permutation),
  }),
  (shape, { axis }) => {
    const next = (axis + 1) % 4;
    const merged = shape.map((size, each) =>
      each === axis ? size * shape[next]! : each === next ? 1 : size,
    );
    return { name: `reshape to [${merged}]`, apply: (x) => tf.reshape(x, merged) };
  },
  (shape, { axis }) => {
    const size = shape[axis]!;
    const target = (axis + 2) % 4;
    if (size % 2 !== 0) return undefined;
    const split = shape.map((each, position) =>
      position === axis ? each / 2 : position === target ? each * 2 : each,
    );
    return { name: `reshape to [${split}]`, apply: (x) => tf.reshape(x, split) };
  },
  (shape, choice) => withWeight('add', [shape[3]], choice, (x, w) => tf.add(x, w)),
  (shape, choice) =>
    withWeight(
      'mul',
      shape.map((size, axis) => (axis === choice.axis ? size : 1)),
      choice,
      (x, w) => tf.mul(x, w),
    ),
  (shape, choice) => withWeight('residual', shape, choice, (x, w) => tf.add(x, tf.tanh(w))),
  (_, { axis }) => ({
    name: `minus half of the mean over ${axis}`,
    apply: (x) => tf.sub(x, tf.mul(tf.mean(x, axis, true), 0.5)),
  }),
  (_, { axis }) => ({ name: `sum over ${axis}`, apply: (x) => tf.sum(x, axis, true) }),
  (shape, choice) => ({
    name: `concat at ${choice.axis}`,
    apply: (x) => (Math.max(...shape) > 12 ? tf.neg(x) : tf.concat([x, tf.square(x)], choice.axis)),
  }),
  (shape, { axis }) => ({
    name: `slice of ${axis}`,
    apply: (x) => {
      const size = shape.map((each, position) => (position === axis ? Math.ceil(each / 2) : each));
      return tf.slice(
        x,
        shape.map((each, position) => each - size[position]!),
        size,
      );
    },
  }),
  (_, { axis }) => ({
    name: `pad of ${axis}`,
    apply: (x) =>
      tf.pad(
        x,
        [0, 1, 2, 3].map((each): [number, number] => (each === axis ? [1, 2] : [0, 0])),
      ),
  }),
  (_, { axis }) => ({ name: `reverse of ${axis}`, apply: (x) => tf.reverse(x, axis) }),
  () => ({ name: 'softmax', apply: (x) => tf.softmax(x) }),
  () => ({ name: 'tanh', apply: (x) => tf.tanh(x) }),
  () => ({ name: 'elu', apply: (x) => tf.elu(x) }),
  () => ({ name: 'sigmoid', apply: (x) => tf.mul(x, tf.sigmoid(x)) }),
  ([, height, width]) =>
    height < 2 || width < 2 ? undefined : { name: 'avgPool', apply: (x) => tf.avgPool(x, 2, 1, 'valid') },
  (shape, choice) =>
    withWeight('matMul', [shape[3], 3], choice, (x, w) => {
      const rows = tf.matMul(tf.reshape(x, [-1, shape[3]]), w as tf.Tensor2D);
      return tf.reshape(rows, [shape[0], shape[1], shape[2], 3]);
    }),
];

/** Values stay near 1, so that a long program does not end in an overflow. */
function normalized(x: Tensor): Tensor {
  return tf.div(x, tf.sqrt(tf.add(tf.mean(tf.square(x)), 0.1)));
}

function programCase(shape: Shape, seed: number, choices: readonly Choice[]): Case {
  const operations: Operation[] = [];
  // The shapes between the operations are those that tfjs computes on zeros.
  let current: Shape = shape;
  tf.tidy(() => {
    for (const choice of choices) {
      const operation = makers[choice.kind % makers.length]!(current, choice);
      if (operation === undefined) continue;
      const weight = operation.weight;
      const result = operation.apply(
        tf.zeros([...current]),
        weight === undefined ? tf.scalar(0) : tf.zeros([...weight.shape]),
      );
      if (result.size === 0 || result.size > 5000) continue;
      operations.push(operation);
      current = result.shape as unknown as Shape;
    }
  });
  const weights = Object.fromEntries(
    operations.flatMap(({ weight }, index) => (weight === undefined ? [] : [[`w${index}`, weight]])),
  );
  return {
    name: `x [${shape}]: ${operations.map((operation) => operation.name).join('; ')}`,
    args: { x: randomValues(shape, seed), ...weights },
    // Normalisation leaves nothing of the gradient of a mere scale.
    relativeTo: 'gradient',
    run: (args) =>
      operations.reduce<Tensor>(
        (x, operation, index) => normalized(operation.apply(x as Tensor4D, args[`w${index}`]!)),
        args.x!,
      ),
  };
}

const choices: fc.Arbitrary<Choice> = fc.record({
  kind: fc.nat(makers.length - 1),
  seed: seeds,
  axis: fc.nat(3),
  permutation: permutations(4),
});

const programs = fc.tuple(
  fc.tuple(
    ...([3, 6, 6, 4] as const).map((max) => fc.integer({ min: 1, max })),
  ) as unknown as fc.Arbitrary<Shape>,
  seeds,
  fc.array(choices, { minLength: 5, maxLength: 10 }),
);

let reference: Backend;
let backend: Backend;

beforeAll(async () => {
  reference = await createTfjsBackend();
  backend = await createOrtBackend(sessionSettings);
});

it('computes random programs and their gradients as tfjs does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(programs, { minLength: 1, maxLength: 4 }), async (drawn) => {
      const cases = drawn.map((each) => programCase(...each));
      await expectAgreement(reference, backend, cases);
    }),
    { seed, numRuns: 25 * rounds },
  );
});
