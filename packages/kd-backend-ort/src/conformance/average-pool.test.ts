import {
  avgPool,
  depthwiseConv2d,
  div,
  ones,
  onesLike,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { expect, it } from 'vitest';
import { createOrtBackend } from '../index.ts';
import { randomValues, seeds } from './arbitraries.ts';
import { type Case, differencesOf, runCases } from './compare.ts';
import { rounds, seed, sessionSettings } from './settings.ts';

/** Sum over each window divided by the pixels of the image in it: what avgPool is, made of other kernels. */
function averageByDefinition(x: Tensor4D, size: number, stride: number): Tensor {
  const kernel = ones([size, size, x.shape[3], 1]) as Tensor4D;
  const sumOf = (image: Tensor4D): Tensor => depthwiseConv2d(image, kernel, stride, 'same');
  return div(sumOf(x), sumOf(onesLike(x)));
}

/** tfjs's own gradient counts the padding, so its backend serves for the definition only. */
it('differentiates average pooling over padded windows', async () => {
  const reference = await createTfjsBackend();
  const backend = await createOrtBackend(sessionSettings);
  const sizes = fc.integer({ min: 1, max: 7 });
  const drawn = fc.tuple(sizes, sizes, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), seeds);
  await fc.assert(
    fc.asyncProperty(fc.array(drawn, { minLength: 1, maxLength: 8 }), async (batch) => {
      const casesOf = (pool: typeof averageByDefinition): Case[] =>
        batch.map(([height, width, size, stride, valueSeed]) => ({
          name: `avgPool of [${height}, ${width}] size ${size} stride ${stride}`,
          args: { x: randomValues([2, height, width, 3], valueSeed) },
          run: ({ x }) => pool(x as Tensor4D, size, stride),
        }));
      const expected = await runCases(reference, casesOf(averageByDefinition));
      const cases = casesOf((x, size, stride) => avgPool(x, size, stride, 'same'));
      expect(differencesOf(cases, expected, await runCases(backend, cases))).toEqual([]);
    }),
    { seed, numRuns: 5 * rounds },
  );
});
