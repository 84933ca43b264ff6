import {
  losses,
  matMul,
  memory,
  removeBackend,
  type Scalar,
  type Tensor2D,
  tensor2d,
  train,
  unique,
  variable,
} from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { useBackend } from '../index.ts';

/** The losses of gradient descent on mean((x w - y)^2) from w = 0, by hand. */
function expectedLosses(x: number[], y: number[], rate: number, steps: number): number[] {
  let w = 0;
  return Array.from({ length: steps }, () => {
    const errors = x.map((each, index) => each * w - y[index]!);
    const slope = errors.reduce((sum, error, index) => sum + 2 * error * x[index]!, 0) / x.length;
    w -= rate * slope;
    return errors.reduce((sum, error) => sum + error * error, 0) / x.length;
  });
}

describe.each(['ort-wasm', 'ort-webgpu'] as const)('a tfjs program on %s in a browser', (engine) => {
  it('trains', { timeout: 120_000 }, async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await useBackend(engine);
    const x = [1, 2, 3, 4];
    const y = [2, 4, 6, 9];
    const inputs: Tensor2D = tensor2d(x, [4, 1]);
    const targets: Tensor2D = tensor2d(y, [4, 1]);
    const weight = variable(tensor2d([[0]]));
    const optimizer = train.sgd(0.05);
    const tensors: number[] = [];
    for (const expected of expectedLosses(x, y, 0.05, 4)) {
      const loss = optimizer.minimize(
        () => losses.meanSquaredError(targets, matMul(inputs, weight as unknown as Tensor2D)) as Scalar,
        true,
        [weight],
      )!;
      expect((await loss.data())[0]).toBeCloseTo(expected, 4);
      loss.dispose();
      tensors.push(memory().numTensors);
    }
    expect(new Set(tensors).size).toBe(1);
    expect([...unique(targets, 0).values.dataSync()]).toEqual(y);
    expect(warn.mock.calls.flat()).toEqual([expect.stringMatching(/'Unique'/)]);
    removeBackend(engine);
    vi.restoreAllMocks();
  });
});
