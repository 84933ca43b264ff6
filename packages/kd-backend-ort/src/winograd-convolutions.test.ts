import {
  add,
  conv2d,
  maxPool,
  mean,
  relu,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  type Backend,
  batchNormInference,
  foldIn,
  type HostTensor,
  prngKey,
  randomNormal,
  randomUniform,
} from 'kd-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOrtBackend } from './index.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createOrtBackend({ threads: 1 });
});
afterAll(() => backend.dispose());

interface Layer<Vector, Kernel> {
  readonly kernel: Kernel;
  readonly bias: Vector;
  readonly scale: Vector;
  readonly offset: Vector;
  readonly mean: Vector;
  readonly variance: Vector;
}

/** Two convolutions with all that they take into themselves and all that reads a map with its pixels first. */
function block({
  x,
  weights,
}: {
  readonly x: Tensor4D;
  readonly weights: readonly Layer<Tensor1D, Tensor4D>[];
}): Record<string, Tensor> {
  const [first, second] = weights.map(({ kernel, bias, ...norm }) => (input: Tensor4D) => {
    const convolved = add(conv2d(input, kernel, 1, 1), bias);
    return batchNormInference({ x: convolved, ...norm, epsilon: 1e-5 }) as Tensor4D;
  }) as [(input: Tensor4D) => Tensor4D, (input: Tensor4D) => Tensor4D];
  const hidden = relu(first(x));
  const sum = relu(add(second(hidden), hidden));
  const { bias: _, kernel: __, ...norm } = weights[1]!;
  const normalized = batchNormInference({ x: sum, ...norm, epsilon: 1e-5 });
  const [, height, width] = sum.shape as number[];
  const tiled = height! % 2 === 0 && width! % 2 === 0;
  return {
    sum,
    normalized,
    pooled: tiled ? maxPool(sum as Tensor4D, 2, 2, 'valid') : mean(sum, [1, 2]),
  };
}

const cases = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 3, max: 8 }),
  width: fc.integer({ min: 3, max: 8 }),
  channels: fc.constantFrom(96, 100, 128),
  filters: fc.constantFrom(96, 100, 128),
});

function drawLayer(channels: number, filters: number, seed: number): Layer<HostTensor, HostTensor> {
  const key = (index: number): ReturnType<typeof prngKey> => foldIn(prngKey(seed), index);
  const vector = (index: number): HostTensor => randomUniform(key(index), [filters], { min: 0.5, max: 1.5 });
  const standardDeviation = Math.sqrt(2 / (9 * channels));
  return {
    kernel: randomNormal(key(0), [3, 3, channels, filters], { standardDeviation }),
    bias: vector(1),
    scale: vector(2),
    offset: vector(3),
    mean: vector(4),
    variance: vector(5),
  };
}

it('frozen convolutions of many channels on small maps give what others give', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ batch, height, width, channels, filters }) => {
      const weights = [drawLayer(channels, filters, 1), drawLayer(filters, filters, 2)];
      const x = randomNormal(prngKey(3), [batch, height, width, channels]);
      const run = async (constants: readonly string[]): Promise<Record<string, HostTensor>> => {
        const fn = backend.compile(block, { constants });
        const result = await backend.download(await fn({ x, weights } as never));
        await fn.dispose();
        return result as never;
      };
      const [expected, got] = [await run([]), await run(['weights'])];
      for (const [name, { data }] of Object.entries(expected)) {
        const values = got[name]!.data;
        const differences = Array.from(data, (value, index) => value - values[index]!);
        expect(largest(differences) / largest(Array.from(data)), name).toBeLessThan(1e-5);
      }
    }),
    { numRuns: 12 },
  );
});

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
