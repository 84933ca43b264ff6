import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Scalar, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { conv2d, engine, matMul, mean, mul, relu, sub } from '@tensorflow/tfjs-core';
import {
  batchNormTraining,
  crossEntropy,
  HostTensor,
  prngKey,
  randomUniform,
  valueAndGradient,
} from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOrtBackend } from './index.ts';

type Parameters = { kernel: Tensor4D; scale: Tensor1D; offset: Tensor1D; dense: Tensor2D };

interface StepArguments {
  readonly params: Parameters;
  readonly images: Tensor4D;
  readonly labels: Tensor1D;
  readonly rate: Scalar;
}

/** Everything that a training step has, on maps that are large enough to be missed: about 3 MB a run. */
function step({ params, images, labels, rate }: StepArguments): { params: Parameters; loss: Scalar } {
  const { value, gradient } = valueAndGradient(({ kernel, scale, offset, dense }: Parameters) => {
    const x = conv2d(images, kernel, 1, 'same');
    const { y } = batchNormTraining({ x, scale, offset, epsilon: 1e-5 });
    const pooled = mean(relu(y), [1, 2]) as Tensor2D;
    return { value: crossEntropy({ logits: matMul(pooled, dense), labels }), aux: {} };
  }, params);
  const moved = Object.entries(params).map(([name, value]) => [
    name,
    sub(value, mul(rate, gradient[name as keyof Parameters])),
  ]);
  return { params: Object.fromEntries(moved), loss: value };
}

const random = (seed: number, ...shape: number[]): HostTensor => randomUniform(prngKey(seed), shape);
const params = {
  kernel: random(0, 3, 3, 3, 16),
  scale: random(1, 16),
  offset: random(2, 16),
  dense: random(3, 16, 4),
};
const batchOf = (size: number, side: number): { images: HostTensor; labels: HostTensor } => ({
  images: random(4, size, side, side, 3),
  labels: new HostTensor(
    Int32Array.from({ length: size }, (_, index) => index % 4),
    [size],
  ),
});

/** Megabytes after a full collection. */
async function usedMemory(): Promise<{ resident: number; heap: number }> {
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    // Memory of the runtime is given back by callbacks after a collection.
    await setTimeout(20);
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { resident: rss / 1e6, heap: heapUsed / 1e6 };
}

let collectGarbage: () => void;
beforeAll(() => {
  setFlagsFromString('--expose-gc');
  collectGarbage = runInNewContext('gc') as () => void;
});

describe('resident memory', () => {
  it('is as large after 200 cycles of compiling, running and disposing', async () => {
    const backend = await createOrtBackend({ threads: 1 });
    const batch = batchOf(32, 16);
    const cycle = async (): Promise<void> => {
      const compiled = backend.compile(step, { name: 'step' });
      const result = await compiled({ params, ...batch, rate: 0.1 });
      for (const tensor of [...Object.values(result.params), result.loss]) tensor.dispose();
      await compiled.dispose();
    };
    for (let warmUp = 0; warmUp < 50; warmUp++) await cycle();
    const before = await usedMemory();
    const tensors = engine().state.numTensors;
    for (let index = 0; index < 200; index++) await cycle();
    const after = await usedMemory();
    expect(engine().state.numTensors).toBe(tensors);
    expect(backend.memory()).toEqual({ tensors: 0, bytes: 0 });
    // A session that stays takes 3 MB each time, and a graph 0.1 MB of the heap; the collector takes up to 40 MB at once.
    expect(after.resident - before.resident).toBeLessThan(64);
    expect(after.heap - before.heap).toBeLessThan(2);
    await backend.dispose();
  });

  it('is as large after 5,000 steps', async () => {
    const backend = await createOrtBackend({ threads: 1 });
    const compiled = backend.compile(step, { name: 'step', donate: ['params'] });
    const batch = batchOf(16, 8);
    let state = await backend.upload(params);
    const run = async (steps: number): Promise<void> => {
      for (let index = 0; index < steps; index++) {
        const result = await compiled({ params: state, ...batch, rate: 0.1 });
        state = result.params;
        await backend.download(result.loss);
        result.loss.dispose();
      }
    };
    await run(500);
    const before = await usedMemory();
    await run(5000);
    const after = await usedMemory();
    expect(backend.memory().tensors).toBe(4);
    // What a step leaves behind is there 5,000 times: 20 kB of anything, or 300 bytes of the heap.
    expect(after.resident - before.resident).toBeLessThan(96);
    expect(after.heap - before.heap).toBeLessThan(1.5);
    await backend.dispose();
  });
});
