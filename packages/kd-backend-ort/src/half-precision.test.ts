import {
  add,
  conv2d,
  matMul,
  mean,
  mul,
  relu,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import {
  type Backend,
  HostTensor,
  KdError,
  prngKey,
  randomNormal,
  randomUniform,
  valueAndGradient,
} from 'kd-core';
import { resnet } from 'kd-models';
import {
  buildTrainingStep,
  crossEntropy,
  dynamicLossScale,
  initialTrainingState,
  type LossScale,
  sgd,
  type TrainingState,
} from 'kd-train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inHalfPrecision } from './engines/half-precision.ts';
import { createOrtBackend, openEngine, ortProvider } from './index.ts';

let single: Backend;
let half: Backend;
beforeAll(async () => {
  single = await createOrtBackend({ threads: 1, blockedConvolutions: false });
  half = await createOrtBackend({ threads: 1, precision: 'float16' });
});
afterAll(() => Promise.all([single.dispose(), half.dispose()]));

describe('a backend with precision float16', () => {
  it('says so', () => {
    expect(half.device.precision).toBe('float16');
    expect(single.device.precision).toBe('float32');
  });

  it('takes and gives float32, and rounds nothing but products', async () => {
    const program = ({ a, b }: { a: Tensor2D; b: Tensor2D }) => ({ product: matMul(a, b), sum: add(a, b) });
    const [a, b] = [1.0003, 2049.7].map(Math.fround) as [number, number];
    const matrix = (value: number): HostTensor => new HostTensor(Float32Array.of(value), [1, 1]);
    const results = await half.compile(program)({ a: matrix(a), b: matrix(b) });
    const { product, sum } = await half.download(results);
    expect(product.dtype).toBe('float32');
    // Two operands and the result. The CPU provider leaves roundings out where its own kernel computes in float32.
    expect(Math.abs(product.data[0]! / (a * b) - 1)).toBeLessThan(3 * 2 ** -11);
    expect(sum.data[0]).toBe(Math.fround(a + b));
  });

  it('computes a network and its gradients to the precision of float16', async () => {
    const args = {
      x: randomNormal(prngKey(1), [4, 6, 6, 3]),
      kernel: randomNormal(prngKey(2), [3, 3, 3, 8], { standardDeviation: 0.2 }),
      dense: randomNormal(prngKey(3), [8, 5], { standardDeviation: 0.3 }),
    };
    const program = (params: { x: Tensor; kernel: Tensor; dense: Tensor }): Record<string, Tensor> => {
      const { value, gradient } = valueAndGradient(({ x, kernel, dense }: typeof params) => {
        const features = relu(conv2d(x as Tensor4D, kernel as Tensor4D, 2, 'same'));
        const logits = matMul(mean(features, [1, 2]) as Tensor2D, dense as Tensor2D);
        return { value: mean(mul(logits, logits)) as Scalar, aux: {} };
      }, params);
      return { value, ...gradient };
    };
    const expected = await single.download(await single.compile(program)(args));
    const found = await half.download(await half.compile(program)(args));
    for (const [name, { data }] of Object.entries(expected)) {
      const largest = Math.max(...data.map(Math.abs));
      const errors = data.map((value, index) => Math.abs(value - found[name]!.data[index]!));
      // Each of a handful of products in a row rounds by half a unit in the eleventh digit.
      expect(Math.max(...errors)).toBeLessThan(8 * 2 ** -11 * largest);
      // It is float16 that computes.
      expect(Math.max(...errors)).toBeGreaterThan(2 ** -18 * largest);
    }
  });

  it('is refused for another precision, and where a trial fails', async () => {
    await expect(createOrtBackend({ precision: 'bfloat16' as 'float16' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining("'bfloat16'"),
    });
    const engine = await openEngine({ threads: 1 });
    const refusing = {
      ...engine,
      id: 'ort-webgpu' as const,
      load: () => Promise.reject(new KdError('UNSUPPORTED', 'No shader-f16.')),
    };
    await expect(inHalfPrecision(refusing)).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringMatching(
        /^ort-webgpu cannot run here: it cannot compute in float16: No shader-f16\..*'shader-f16'/,
      ),
    });
    const wrong = { ...engine, read: async () => new HostTensor(Float32Array.of(0.5), [1, 1]) };
    await expect(inHalfPrecision(wrong)).rejects.toThrow('3 * 0.2 is 0.5 there');
    expect(await ortProvider('ort-cpu', { threads: 1, precision: 'float16' }).probe()).toEqual({
      available: true,
      reason: '',
    });
  });
});

const student = resnet({ depth: 8, classes: 10, inputShape: [8, 8, 3] });

/** Losses and states of `count` training steps; the loss is multiplied by `weight`, and the learning rate divided by it. */
async function train(
  backend: Backend,
  { weight = 1, lossScale, count = 5 }: { weight?: number; lossScale?: number | LossScale; count?: number },
): Promise<{ metrics: Record<string, HostTensor>; state: TrainingState<HostTensor> }[]> {
  const method = crossEntropy();
  const weighted: typeof method = {
    ...method,
    loss(context) {
      const result = method.loss(context);
      return { ...result, total: mul(result.total, weight) as Scalar };
    },
  };
  const participants = {
    student,
    teachers: [],
    method: weighted,
    optimizer: sgd({ momentum: 0.9 }),
    lossScale,
  };
  const step = backend.compile(buildTrainingStep(participants), { donate: ['state'] });
  const labels = new HostTensor(
    Int32Array.from({ length: 16 }, (_, index) => index % 10),
    [16],
  );
  const batch = { images: randomUniform(prngKey(7), [16, 8, 8, 3]), labels, indices: labels };
  let state = (await backend.upload(initialTrainingState(prngKey(3), participants) as never)) as never;
  const results = [];
  for (let index = 0; index < count; index++) {
    const scalars = { learningRate: 0.05 / weight, method: {} };
    const result = (await step({ state, teachers: [], batch, scalars })) as never as {
      metrics: never;
      state: never;
    };
    state = result.state;
    results.push({
      metrics: (await backend.download(result.metrics)) as Record<string, HostTensor>,
      state: (await backend.download(state)) as TrainingState<HostTensor>,
    });
  }
  await step.dispose();
  return results;
}

const losses = (steps: Awaited<ReturnType<typeof train>>): number[] =>
  steps.map(({ metrics }) => metrics.loss!.data[0]!);
const gradientNorms = (steps: Awaited<ReturnType<typeof train>>): number[] =>
  steps.map(({ metrics }) => metrics.gradientNorm!.data[0]!);

describe('training in float16', () => {
  it('stays close to float32 over five steps', async () => {
    const [expected, found] = [
      losses(await train(single, {})),
      losses(await train(half, { lossScale: 1024 })),
    ];
    expect(expected[4]).toBeLessThan(0.9 * expected[0]!);
    found.forEach((loss, index) => {
      // The first step sees the rounding of eight layers, some 2^-11 each; every further one adds that of its gradient.
      expect(Math.abs(loss / expected[index]! - 1)).toBeLessThan((index + 1) * 8 * 2 ** -11);
    });
  });

  it('needs a loss scale where gradients are smaller than float16 can be', async () => {
    const weight = 2 ** -24;
    const scaledBack = (steps: Awaited<ReturnType<typeof train>>): number[] =>
      gradientNorms(steps).map((norm) => norm / weight);
    const expected = scaledBack(await train(single, { weight }));
    const lost = scaledBack(await train(half, { weight }));
    const saved = scaledBack(await train(half, { weight, lossScale: 2 ** 30 }));
    expect(Math.abs(lost[0]! / expected[0]! - 1)).toBeGreaterThan(0.3);
    saved.forEach((norm, index) => {
      expect(Math.abs(norm / expected[index]! - 1)).toBeLessThan((index + 1) * 16 * 2 ** -11);
    });
  });

  it('finds a loss scale by itself, and skips the steps that overflow', async () => {
    const steps = await train(half, { lossScale: dynamicLossScale({ initial: 2 ** 24 }), count: 14 });
    const skipped = steps.map(({ metrics }) => metrics.skipped!.data[0]!);
    const first = skipped.indexOf(0);
    expect(first).toBeGreaterThan(0);
    expect(skipped.slice(first)).toEqual(new Array(14 - first).fill(0));
    const start = initialTrainingState(prngKey(3), {
      student,
      teachers: [],
      method: crossEntropy(),
      optimizer: sgd({ momentum: 0.9 }),
    });
    const { lossScale, ...before } = steps[first - 1]!.state;
    expect(before).toEqual(start);
    expect(lossScale).toMatchObject({ factor: { data: Float32Array.of(2 ** (24 - first)) } });
    const expected = losses(await train(single, {}));
    losses(steps.slice(first, first + 5)).forEach((loss, index) => {
      expect(Math.abs(loss / expected[index]! - 1)).toBeLessThan((index + 1) * 8 * 2 ** -11);
    });
  });
});
