import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import type { Backend } from 'kd-core';
import { beforeAll, expect, it } from 'vitest';
import { createOrtBackend } from '../index.ts';
import { randomValues, seeds } from './arbitraries.ts';
import { type Case, differencesOf, runCases } from './compare.ts';
import { rounds, seed, sessionSettings } from './settings.ts';

type Mode = 'constant' | 'reflect' | 'wrap' | 'nearest';
type Resize = (image: Tensor4D) => Tensor4D;

let reference: Backend;
let backend: Backend;
beforeAll(async () => {
  reference = await createTfjsBackend();
  backend = await createOrtBackend(sessionSettings);
});

/** The same computed in two ways: what tfjs makes of `expected` and this backend of `actual`. */
async function expectEqual(expected: Case[], actual: Case[]): Promise<void> {
  const wanted = await runCases(reference, expected);
  expect(differencesOf(expected, wanted, await runCases(backend, actual))).toEqual([]);
}

/** Resizing as the matrix that it is: the resized images of single pixels, one a row. */
function resizeByMatrix(image: Tensor4D, resize: Resize, [height, width]: [number, number]): Tensor {
  const [batch, inHeight, inWidth, channels] = image.shape;
  const pixels = inHeight * inWidth;
  const single = tf.reshape(tf.eye(pixels), [pixels, inHeight, inWidth, 1]) as Tensor4D;
  const matrix = tf.reshape(resize(single), [pixels, height * width]) as Tensor2D;
  const rows = tf.reshape(tf.transpose(image, [0, 3, 1, 2]), [batch * channels, pixels]) as Tensor2D;
  const resized = tf.reshape(tf.matMul(rows, matrix), [batch, channels, height, width]);
  return tf.transpose(resized, [0, 2, 3, 1]);
}

/** tfjs's own gradients hold for single square images seen at integer coordinates only. */
it('differentiates resizing to and from any size', async () => {
  const length = fc.integer({ min: 1, max: 6 });
  const drawn = fc.record({
    from: fc.tuple(length, length),
    to: fc.tuple(length, length),
    alignment: fc.constantFrom('corners', 'centers', 'neither'),
    run: fc.constantFrom(tf.image.resizeBilinear, tf.image.resizeNearestNeighbor),
    valueSeed: seeds,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(drawn, { minLength: 1, maxLength: 8 }), async (batch) => {
      const casesOf = (apply: (image: Tensor4D, resize: Resize, to: [number, number]) => Tensor): Case[] =>
        batch.map(({ from, to, alignment, run, valueSeed }) => ({
          name: `${run.name} of [${from}] to [${to}] by ${alignment}`,
          args: { x: randomValues([2, ...from, 3], valueSeed) },
          run: ({ x }) =>
            apply(
              x as Tensor4D,
              (image) => run(image, to, alignment === 'corners', alignment === 'centers'),
              to,
            ),
        }));
      await expectEqual(
        casesOf(resizeByMatrix),
        casesOf((image, resize) => resize(image)),
      );
    }),
    { seed, numRuns: 4 * rounds },
  );
});

/** tfjs's own kernel returns after the first image. */
it('transforms each image of a batch as it does alone', async () => {
  const drawn = fc.record({
    height: fc.integer({ min: 1, max: 5 }),
    width: fc.integer({ min: 1, max: 5 }),
    mode: fc.constantFrom<Mode>('constant', 'reflect', 'wrap', 'nearest'),
    count: fc.constantFrom(1, 3),
    valueSeed: seeds,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(drawn, { minLength: 1, maxLength: 6 }), async (batch) => {
      const casesOf = (apply: (image: Tensor4D, transforms: Tensor2D, mode: Mode) => Tensor): Case[] =>
        batch.map(({ height, width, mode, count, valueSeed }) => ({
          name: `${count} transforms ${mode} of [${height}, ${width}]`,
          args: {
            x: randomValues([3, height, width, 2], valueSeed),
            transforms: randomValues([count, 8], valueSeed + 1, { min: -0.4, max: 0.4 }),
          },
          run: ({ x, transforms }) => apply(x as Tensor4D, transforms as Tensor2D, mode),
          differentiable: false,
        }));
      const alone = casesOf((x, transforms, mode) =>
        tf.concat(
          tf
            .split(x, 3)
            .map((image, index) =>
              tf.image.transform(
                image as Tensor4D,
                tf.gather(transforms, [transforms.shape[0] === 1 ? 0 : index]),
                'bilinear',
                mode,
                2,
              ),
            ),
        ),
      );
      await expectEqual(
        alone,
        casesOf((x, transforms, mode) => tf.image.transform(x, transforms, 'bilinear', mode, 2)),
      );
    }),
    { seed, numRuns: 4 * rounds },
  );
});
