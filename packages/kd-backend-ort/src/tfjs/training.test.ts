import {
  add,
  conv2d,
  dispose,
  losses,
  matMul,
  maxPool,
  memory,
  type Optimizer,
  relu,
  removeBackend,
  reshape,
  type Scalar,
  setBackend,
  type Tensor2D,
  type Tensor4D,
  tensor2d,
  tensor4d,
  tidy,
  train,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LazyBackendUnderTest, startLazyBackend } from './testing/lazy-backend-under-test.ts';

let lazy: LazyBackendUnderTest;
beforeEach(async () => {
  lazy = await startLazyBackend();
});
afterEach(() => {
  removeBackend(lazy.name);
});

const wave = (length: number, phase: number): Float32Array =>
  Float32Array.from({ length }, (_, index) => Math.sin(1.7 * index + phase));

/** A small convolutional classifier of tfjs ops. */
class Network {
  readonly filter: Variable = variable(tensor4d(wave(3 * 3 * 2 * 4, 1), [3, 3, 2, 4]));
  readonly weights: Variable = variable(tensor2d(wave(4 * 4 * 4 * 3, 2), [64, 3]));
  readonly bias: Variable = variable(tensor2d([[0, 0, 0]]));

  loss(batch: number): Scalar {
    const x = tensor4d(wave(5 * 8 * 8 * 2, batch), [5, 8, 8, 2]);
    const labels = tensor2d(
      Array.from({ length: 5 }, (_, sample) =>
        [0, 1, 2].map((each) => Number(each === (sample + batch) % 3)),
      ),
    );
    const features = relu(conv2d(x, this.filter as unknown as Tensor4D, 1, 'same'));
    const pooled = maxPool(features as Tensor4D, 2, 2, 'valid');
    const logits = add(matMul(reshape(pooled, [5, 64]), this.weights as unknown as Tensor2D), this.bias);
    return losses.softmaxCrossEntropy(labels, logits) as Scalar;
  }

  variables(): Variable[] {
    return [this.filter, this.weights, this.bias];
  }
}

/** The losses and the final parameters of some steps. */
async function fit(
  makeOptimizer: () => Optimizer,
  steps: number,
): Promise<{ losses: number[]; parameters: number[][] }> {
  const network = new Network();
  const optimizer = makeOptimizer();
  const found: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = tidy(() => optimizer.minimize(() => network.loss(0), true, network.variables()) as Scalar);
    found.push((await loss.data())[0]!);
    loss.dispose();
  }
  const parameters = [];
  for (const each of network.variables()) parameters.push([...(await each.data())]);
  dispose(network.variables() as never);
  optimizer.dispose();
  return { losses: found, parameters };
}

describe('a training loop of tfjs', () => {
  it.each([
    ['sgd', () => train.sgd(0.01)],
    ['momentum', () => train.momentum(0.003, 0.9)],
    ['adam', () => train.adam(0.01)],
    ['rmsprop', () => train.rmsprop(0.001)],
  ])('takes the same steps as on the CPU backend with %s', async (_name, makeOptimizer) => {
    const actual = await fit(makeOptimizer, 6);
    await setBackend('cpu');
    const expected = await fit(makeOptimizer, 6);
    expect(expected.losses[5]).toBeLessThan(expected.losses[0]!);
    const pairs = [
      [actual.losses, expected.losses],
      ...actual.parameters.map((each, index) => [each, expected.parameters[index]!]),
    ] as [number[], number[]][];
    for (const [ours, theirs] of pairs) {
      for (const [index, value] of theirs.entries()) expect(ours[index]).toBeCloseTo(value, 4);
    }
    expect(lazy.fallbacks).toEqual([]);
  });

  it('compiles two programs, the first step and all others, and keeps no memory', {
    timeout: 120_000,
  }, async () => {
    const network = new Network();
    const optimizer = train.adam(0.001);
    const step = async (index: number): Promise<void> => {
      const loss = tidy(
        () => optimizer.minimize(() => network.loss(index), true, network.variables()) as Scalar,
      );
      await loss.data();
      loss.dispose();
    };
    for (let index = 0; index < 50; index++) await step(index);
    expect(lazy.log.loads).toBeLessThanOrEqual(2);
    const { numTensors, numDataBuffers } = memory();
    const resident = process.memoryUsage().rss;
    for (let index = 0; index < 300; index++) await step(index);
    expect(memory()).toMatchObject({ numTensors, numDataBuffers });
    expect(process.memoryUsage().rss - resident).toBeLessThan(64 * 2 ** 20);
    expect(lazy.log.loads).toBeLessThanOrEqual(2);
    expect(lazy.log.runs).toHaveLength(350);
  });

  it('needs no reads', async () => {
    const network = new Network();
    const optimizer = train.sgd(0.01);
    for (let index = 0; index < 60; index++)
      optimizer.minimize(() => network.loss(0), false, network.variables());
    await expect.poll(() => lazy.log.runs.length).toBeGreaterThanOrEqual(1);
    expect(lazy.log.loads).toBe(1);
    const trained = await network.filter.data();
    expect(trained.every(Number.isFinite)).toBe(true);
    expect([...trained]).not.toEqual([...wave(trained.length, 1)]);
  });
});
