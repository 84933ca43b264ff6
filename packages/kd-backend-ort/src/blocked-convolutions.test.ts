import {
  add,
  concat,
  conv2d,
  depthwiseConv2d,
  div,
  exp,
  maxPool,
  mean,
  mul,
  prelu,
  relu,
  reshape,
  type Scalar,
  split,
  square,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  type Backend,
  batchNormInference,
  batchNormTraining,
  HostTensor,
  prngKey,
  randomNormal,
  randomUniform,
  treeLeaves,
  treePaths,
  valueAndGradient,
} from 'kd-core';
import { trace } from 'kd-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChannelBlock } from './engines/channel-block.ts';
import { openEngine } from './engines/open-engine.ts';
import { createOrtBackend } from './index.ts';

let blocked: Backend;
let plain: Backend;
let block: number | undefined;
beforeAll(async () => {
  blocked = await createOrtBackend({ spinning: false });
  plain = await createOrtBackend({ spinning: false, blockedConvolutions: false });
  block = await findChannelBlock(await openEngine({ blockedConvolutions: false }));
});
afterAll(async () => {
  await blocked.dispose();
  await plain.dispose();
});

type Args = Record<string, Tensor>;
type Program = (args: Args) => Tensor;

/** Value and all gradients of sum(program * weights) on both backends, and how many operators were blocked. */
async function compare(program: Program, args: Record<string, HostTensor>): Promise<number> {
  const weighted = (given: Args): Args => {
    const { value, gradient, aux } = valueAndGradient<Args, { output: Tensor }>((params) => {
      const output = program(params);
      // A smooth function of every element, whose gradient differs from element to element.
      return { value: sum(mul(output, mul(output, 0.5))) as Scalar, aux: { output } };
    }, given);
    return {
      value,
      ...aux,
      ...Object.fromEntries(Object.entries(gradient).map(([key, each]) => [`d${key}`, each])),
    };
  };
  const [actual, expected] = await Promise.all(
    [blocked, plain].map(async (backend) => {
      const compiled = backend.compile(weighted);
      const result = await backend.download((await compiled(args as never)) as never);
      await compiled.dispose();
      return result as Record<string, HostTensor>;
    }),
  );
  const names = treePaths(expected!);
  treeLeaves<HostTensor>(expected!).forEach((leaf, index) => {
    const other = treeLeaves<HostTensor>(actual!)[index]!;
    const data = leaf.data as Float32Array;
    const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    const worst = data.reduce((most, value, each) => Math.max(most, Math.abs(value - other.data[each]!)), 0);
    expect(worst / scale, names[index]).toBeLessThan(1e-4);
  });
  const { graph } = trace(weighted, args as never, { target: { channelBlock: block } });
  return graph.nodes.filter((node) => node.domain !== '').length;
}

const random = (seed: number, shape: readonly number[]): HostTensor => randomNormal(prngKey(seed), shape);

describe('blocked convolutions', () => {
  it('are found on this processor, or the rest of this file compares equal things', ({ skip }) => {
    if (process.arch !== 'x64') skip('only x86 processors are known to have them');
    expect(block).toBeOneOf([8, 16]);
  });

  it('give the value and both gradients of plain ones for any geometry', async ({ skip }) => {
    if (block === undefined) skip('no blocked convolutions on this processor');
    const geometry = fc.record({
      batch: fc.constantFrom(1, 3, 16, 19, 32),
      inputs: fc.constantFrom(1, 3, 16, 32, 20),
      outputs: fc.constantFrom(16, 32, 10),
      height: fc.integer({ min: 4, max: 9 }),
      width: fc.integer({ min: 4, max: 9 }),
      kernel: fc.constantFrom(1, 2, 3),
      stride: fc.integer({ min: 1, max: 3 }),
      pad: fc.constantFrom<'valid' | 'same' | 0 | 1>('valid', 'same', 0, 1),
    });
    await fc.assert(
      fc.asyncProperty(geometry, async ({ batch, inputs, outputs, height, width, kernel, stride, pad }) => {
        await compare(({ x, w }) => conv2d(x as Tensor4D, w as Tensor4D, stride, pad), {
          x: random(1, [batch, height, width, inputs]),
          w: random(2, [kernel, kernel, inputs, outputs]),
        });
      }),
      { numRuns: 60 },
    );
  });

  it('give the filter gradient of rows that fill blocks of positions, alone or with other images', async ({
    skip,
  }) => {
    if (block === undefined) skip('no blocked convolutions on this processor');
    const geometry = fc.record({
      batch: fc.constantFrom(1, 2, 8, 24),
      inputs: fc.constantFrom(3, 16, 20, 32),
      outputs: fc.constantFrom(16, 48),
      height: fc.integer({ min: 1, max: 6 }),
      outWidth: fc.constantFrom(1, 2, 4, 8, 16, 32, 48),
      kernel: fc.constantFrom(1, 2, 3),
      stride: fc.integer({ min: 1, max: 3 }),
      spare: fc.integer({ min: 0, max: 2 }),
      pad: fc.constantFrom(0, 1, 2),
      isBlocked: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(geometry, async (drawn) => {
        const { batch, inputs, outputs, height, outWidth, kernel, stride, pad, isBlocked } = drawn;
        const width = (outWidth - 1) * stride + kernel - 2 * pad + Math.min(drawn.spare, stride - 1);
        fc.pre(width > 0 && height + 2 * pad >= kernel);
        const between = isBlocked ? 32 : inputs;
        const program: Program = ({ x, v, w }) => {
          const image = isBlocked ? conv2d(x as Tensor4D, v as Tensor4D, 1, 0) : x;
          return conv2d(image as Tensor4D, w as Tensor4D, stride, pad);
        };
        await compare(program, {
          x: random(1, [batch, height, width, inputs]),
          w: random(2, [kernel, kernel, between, outputs]),
          ...(isBlocked ? { v: random(3, [1, 1, inputs, between]) } : {}),
        });
      }),
      { numRuns: 60 },
    );
  });

  it('give the value and both gradients of depthwise ones for any geometry, also where blocks are not full', async ({
    skip,
  }) => {
    if (block === undefined) skip('no blocked convolutions on this processor');
    const geometry = fc.record({
      batch: fc.constantFrom(1, 3, 16),
      channels: fc.constantFrom(3, 8, 12, 16, 22, 24, 32, 58),
      height: fc.integer({ min: 4, max: 9 }),
      width: fc.integer({ min: 4, max: 9 }),
      kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      stride: fc.integer({ min: 1, max: 3 }),
      pad: fc.constantFrom<'valid' | 'same'>('valid', 'same'),
      isBlocked: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(geometry, async (drawn) => {
        const { batch, channels, height, width, kernel, stride, pad, isBlocked } = drawn;
        const program: Program = ({ x, v, w }) => {
          const image = isBlocked ? conv2d(x as Tensor4D, v as Tensor4D, 1, 0) : x;
          return depthwiseConv2d(image as Tensor4D, w as Tensor4D, stride, pad);
        };
        const operators = await compare(program, {
          x: random(1, [batch, height, width, channels]),
          w: random(2, [...kernel, channels, 1]),
          ...(isBlocked ? { v: random(3, [1, 1, channels, channels]) } : {}),
        });
        if (channels > 3) expect(operators).toBeGreaterThan(4);
      }),
      { numRuns: 100 },
    );
  });

  it('carry batch norm, residual sums and ReLU through a block of a residual network', async ({ skip }) => {
    if (block === undefined) skip('no blocked convolutions on this processor');
    const normalize = (x: Tensor, scale: Tensor | undefined, offset: Tensor | undefined): Tensor =>
      batchNormTraining({ x, scale: scale as Tensor1D, offset: offset as Tensor1D, epsilon: 1e-5 }).y;
    const convolve = (x: Tensor | undefined, w: Tensor | undefined, stride: number, pad: 0 | 1): Tensor =>
      conv2d(x as Tensor4D, w as Tensor4D, stride, pad);
    const program: Program = ({ x, w1, w2, w3, s1, o1, s2, o2, s3, o3 }) => {
      const first = relu(normalize(convolve(x, w1, 2, 1), s1, o1));
      const second = normalize(convolve(first, w2, 1, 1), s2, o2);
      const shortcut = normalize(convolve(x, w3, 2, 0), s3, o3);
      return mean(relu(add(second, shortcut)), [1, 2]);
    };
    const vector = (seed: number): HostTensor => randomUniform(prngKey(seed), [32], { min: 0.5, max: 1.5 });
    const operators = await compare(program, {
      x: random(1, [16, 8, 8, 16]),
      w1: random(2, [3, 3, 16, 32]),
      w2: random(3, [3, 3, 32, 32]),
      w3: random(4, [1, 1, 16, 32]),
      ...{
        s1: vector(5),
        o1: random(6, [32]),
        s2: vector(7),
        o2: random(8, [32]),
        s3: vector(9),
        o3: random(10, [32]),
      },
    });
    // Three convolutions in three forms each, and the passes of three batch norms.
    expect(operators).toBeGreaterThan(15);
  });

  it('carry the same through channels that do not fill blocks', async ({ skip }) => {
    if (block === undefined) skip('no blocked convolutions on this processor');
    const normalize = (x: Tensor, scale: Tensor | undefined, offset: Tensor | undefined): Tensor =>
      batchNormTraining({ x, scale: scale as Tensor1D, offset: offset as Tensor1D, epsilon: 1e-5 }).y;
    const program: Program = ({ x, w1, w2, w3, s1, o1, s2, o2 }) => {
      const first = relu(normalize(conv2d(x as Tensor4D, w1 as Tensor4D, 2, 1), s1, o1));
      const depthwise = depthwiseConv2d(first as Tensor4D, w2 as Tensor4D, 1, 'same');
      const second = relu(add(normalize(depthwise, s2, o2), first));
      const [left, right] = split(second, 2, 3) as [Tensor, Tensor];
      return conv2d(concat([right, left], 3) as Tensor4D, w3 as Tensor4D, 1, 0);
    };
    for (const channels of [12, 20, 22, 58]) {
      const vector = (seed: number): HostTensor =>
        randomUniform(prngKey(seed), [channels], { min: 0.5, max: 1.5 });
      const operators = await compare(program, {
        x: random(1, [8, 8, 8, 12]),
        w1: random(2, [3, 3, 12, channels]),
        w2: random(3, [3, 3, channels, 1]),
        w3: random(4, [1, 1, channels, 20]),
        ...{ s1: vector(5), o1: random(6, [channels]), s2: vector(7), o2: random(8, [channels]) },
      });
      expect(operators).toBeGreaterThan(10);
    }
  });

  it('give channels of zeros to no operation that would make something else of them', async ({ skip }) => {
    if (block === undefined) skip('no blocked convolutions on this processor');
    const around =
      (between: (map: Tensor, args: Args) => Tensor): Program =>
      (args) => {
        const map = conv2d(args.x as Tensor4D, args.w as Tensor4D, 1, 'same');
        return conv2d(between(map, args) as Tensor4D, args.v as Tensor4D, 1, 0);
      };
    const programs = [
      around((map) => add(map, 1)),
      around((map, { perImage }) => sub(map, perImage!)),
      around((map) => exp(mul(map, 0.1))),
      around((map) => div(map, add(square(map), 1))),
      around((map) => mul(map, mean(map, 3, true))),
      around((map) => sub(map, sum(map, [1, 2, 3], true))),
      around((map, { other }) => mul(map, other!)),
      around((map, { vector }) => prelu(add(map, vector!), 0.25)),
      around((map) => step(map, 0.5)),
    ];
    for (const program of programs) {
      await compare(program, {
        x: random(1, [2, 5, 6, 20]),
        w: random(2, [3, 3, 20, 24]),
        v: random(3, [1, 1, 24, 12]),
        perImage: random(4, [2, 1, 1, 1]),
        other: random(5, [2, 1, 1, 24]),
        vector: random(6, [24]),
      });
    }
  });

  it('add up products of maps that are never stored, over all axes or within each image', async ({
    skip,
  }) => {
    if (block === undefined) skip('no blocked convolutions on this processor');
    const program: Program = ({ x, v, w }) => {
      const [a, b] = [v, w].map((each) => conv2d(x as Tensor4D, each as Tensor4D, 1, 'same')) as [
        Tensor,
        Tensor,
      ];
      const product = mul(a, b);
      const perChannel = [sum(product, [0, 1, 2]), mean(mul(a, a), [0, 1, 2], true), sum(product, [1, 2])];
      return perChannel.reduce((total, each) => add(total, each), mean(product, [1, 2]));
    };
    for (const [batch, height, width] of [
      [1, 1, 1],
      [3, 5, 4],
      [4, 8, 8],
    ] as const) {
      const args = { x: random(1, [batch, height, width, 16]), v: random(2, [3, 3, 16, 32]) };
      await compare(program, { ...args, w: random(3, [1, 1, 16, 32]) });
    }
  });

  it('add a parameter as their bias, and every other vector afterwards', async ({ skip }) => {
    if (block === undefined) skip('no blocked convolutions on this processor');
    const biased: Program = ({ x, w, bias }) =>
      relu(add(conv2d(x as Tensor4D, w as Tensor4D, 1, 'same'), bias!));
    // The mean of the map itself is a vector that no convolution could have added.
    const centred: Program = (args) => {
      const map = biased(args);
      return add(conv2d(map as Tensor4D, args.v as Tensor4D, 1, 0), mean(map, [0, 1, 2]));
    };
    const args = { x: random(1, [2, 5, 6, 16]), w: random(2, [3, 3, 16, 32]), bias: random(3, [32]) };
    await compare(biased, args);
    await compare(centred, { ...args, v: random(4, [1, 1, 32, 32]) });
  });

  it('serve maximum pooling and its gradient, at ties the first pixel of a window', async ({ skip }) => {
    if (block === undefined) skip('no blocked convolutions on this processor');
    const geometry = fc.record({
      batch: fc.constantFrom(1, 3),
      height: fc.integer({ min: 3, max: 9 }),
      width: fc.integer({ min: 3, max: 9 }),
      size: fc.constantFrom(1, 2, 3),
      stride: fc.constantFrom(1, 2, 3),
      pad: fc.constantFrom<'valid' | 'same'>('valid', 'same'),
    });
    const pooled = ({
      size,
      stride,
      pad,
    }: {
      size: number;
      stride: number;
      pad: 'valid' | 'same';
    }): Program => {
      // The rectifier makes many pixels 0, and most windows of the rounded ones have several maxima.
      return ({ x, w }) => {
        const map = relu(conv2d(x as Tensor4D, w as Tensor4D, 1, 'same'));
        return maxPool(map as Tensor4D, size, stride, pad);
      };
    };
    await fc.assert(
      fc.asyncProperty(geometry, async ({ batch, height, width, ...window }) => {
        const whole = (seed: number, shape: readonly number[]): HostTensor => {
          const { data } = random(seed, shape);
          return new HostTensor(Float32Array.from(data, Math.round), shape);
        };
        await compare(pooled(window), {
          x: whole(1, [batch, height, width, 16]),
          w: whole(2, [1, 1, 16, 32]),
        });
      }),
      { numRuns: 30 },
    );
  });

  it('serve inference-mode batch norm and operations that know no blocks', async ({ skip }) => {
    if (block === undefined) skip('no blocked convolutions on this processor');
    const program: Program = ({ x, w, mean: center, variance, scale, offset, other }) => {
      const map = conv2d(x as Tensor4D, w as Tensor4D, 1, 'same');
      const normalized = batchNormInference({
        ...{ x: map, mean: center as Tensor1D, variance: variance as Tensor1D },
        ...{ scale: scale as Tensor1D, offset: offset as Tensor1D, epsilon: 1e-5 },
      });
      const masked = mul(relu(normalized), other!);
      return transpose(add(masked, map), [3, 0, 1, 2]);
    };
    const inference = { scale: random(4, [16]), offset: random(5, [16]), mean: random(6, [16]) };
    const variance = randomUniform(prngKey(7), [16], { min: 0.5, max: 2 });
    for (const shape of [
      [2, 5, 6, 16],
      [1, 5, 6, 1],
      [2, 1, 1, 16],
      [1, 1, 1, 16],
      [16],
      [1, 5, 6, 16],
      [2, 1, 1, 1],
    ]) {
      const args = { x: random(1, [2, 5, 6, 32]), w: random(2, [3, 3, 32, 16]), other: random(3, shape) };
      await compare(program, { ...args, ...inference, variance });
    }
  });

  it('broadcast blocked maps of different sizes against each other', async ({ skip }) => {
    if (block === undefined) skip('no blocked convolutions on this processor');
    const pointwise = (x: Tensor, w: Tensor | undefined): Tensor =>
      conv2d(x as Tensor4D, w as Tensor4D, 1, 0);
    const weights = { w: random(2, [3, 3, 32, 16]), v: random(3, [1, 1, 16, 16]) };
    const gate: Program = ({ x, w, v }) => {
      const map = conv2d(x as Tensor4D, w as Tensor4D, 1, 'same');
      const perImage = pointwise(mean(map, [1, 2], true), v);
      return mul(add(map, perImage), add(perImage, map));
    };
    await compare(gate, { x: random(1, [3, 4, 5, 32]), ...weights });
    // One image against a vector a channel that is repeated for several.
    const repeat: Program = ({ x, w, v, vector }) => {
      const map = pointwise(conv2d(x as Tensor4D, w as Tensor4D, 1, 'same'), v);
      return add(mul(map, tile(reshape(vector!, [1, 1, 1, 16]), [3, 1, 1, 1])), map);
    };
    await compare(repeat, { x: random(1, [1, 4, 5, 32]), ...weights, vector: random(4, [16]) });
  });
});
