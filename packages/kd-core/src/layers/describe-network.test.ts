import { describe, expect, test } from 'vitest';
import { KdError } from '../errors.ts';
import { describeNetwork } from './describe-network.ts';
import { fanInUniform } from './initializer.ts';
import type { Network } from './layers.ts';

const shape = [6, 5, 4] as const;

describe('a description', () => {
  test('counts products: those of a group, of a channel by itself, of a dense layer', () => {
    const macs = (network: Network): number => describeNetwork(network, shape).macs;
    const convolution = { channels: 6, kernelSize: 3 };
    expect(macs((l, x) => l.convolution('conv', x, convolution))).toBe(4 * 3 * 6 * 9 * 4);
    expect(macs((l, x) => l.convolution('conv', x, { ...convolution, groups: 2 }))).toBe(4 * 3 * 6 * 9 * 2);
    expect(macs((l, x) => l.depthwiseConvolution('conv', x, { kernelSize: [3, 1], stride: 2 }))).toBe(
      2 * 3 * 4 * 3,
    );
    // 11 x 9 pixels come of 6 x 5: each of the 30 adds its kernel.
    const transposed = { channels: 2, kernelSize: 3, stride: 2, padding: 1 };
    expect(macs((l, x) => l.transposedConvolution('conv', x, transposed))).toBe(6 * 5 * 9 * 4 * 2);
    expect(macs((l, x) => l.dense('dense', l.flatten(x), 7))).toBe(120 * 7);
  });

  test('starts kernels by their fans, of which groups take part', () => {
    const network: Network = (l, x) => {
      const grouped = l.convolution('grouped', x, { channels: 8, kernelSize: 3, groups: 2 });
      return l.depthwiseConvolution('depthwise', grouped, { kernelSize: [1, 2] });
    };
    const initializers = (...options: readonly [] | readonly [typeof fanInUniform]): unknown[] =>
      describeNetwork(network, shape, ...options).variables.map(({ initializer }) => initializer);
    expect(initializers()).toEqual([
      { kind: 'normal', standardDeviation: Math.sqrt(2 / (9 * 8)) },
      { kind: 'normal', standardDeviation: Math.sqrt(2 / (2 * 8)) },
    ]);
    expect(initializers(fanInUniform)).toEqual([
      { kind: 'uniform', bound: 1 / Math.sqrt(9 * 2) },
      { kind: 'uniform', bound: 1 / Math.sqrt(2) },
    ]);
  });

  test('starts kernels of transposed convolutions as PyTorch does, by the channels out', () => {
    const network: Network = (l, x) =>
      l.transposedConvolution('conv', x, {
        channels: 3,
        kernelSize: 2,
        bias: true,
        biasInitializer: fanInUniform,
      });
    const { variables } = describeNetwork(network, shape, fanInUniform);
    const bound = 1 / Math.sqrt(4 * 3);
    expect(variables).toEqual([
      {
        path: 'conv/kernel',
        kind: 'param',
        layout: 'transposedConvolution',
        shape: [2, 2, 3, 4],
        initializer: { kind: 'uniform', bound },
      },
      expect.objectContaining({ path: 'conv/bias', initializer: { kind: 'uniform', bound } }),
    ]);
  });

  test('keeps a frozen scale apart from what is trained', () => {
    const { variables } = describeNetwork((l, x) => l.batchNorm('norm', x, { frozenScale: true }), shape);
    expect(variables.map(({ path, kind }) => [path, kind])).toEqual([
      ['norm/scale', 'frozen'],
      ['norm/offset', 'param'],
      ['norm/mean', 'state'],
      ['norm/variance', 'state'],
    ]);
  });
});

test.each<[RegExp, Network]>([
  [
    /3 groups of 'conv' must divide its 4 channels in and its 6 out/,
    (l, x) => l.convolution('conv', x, { channels: 6, kernelSize: 1, groups: 3 }),
  ],
  [
    /2 groups of 'conv' must divide its 4 channels in and its 5 out/,
    (l, x) => l.convolution('conv', x, { channels: 5, kernelSize: 1, groups: 2 }),
  ],
  [
    /groups in 'conv' must be a whole number of at least 1, got 0/,
    (l, x) => l.convolution('conv', x, { channels: 4, kernelSize: 1, groups: 0 }),
  ],
  [
    /stride in 'conv' must be .* got 1.5/,
    (l, x) => l.depthwiseConvolution('conv', x, { kernelSize: 1, stride: 1.5 }),
  ],
  [
    /padding in 'conv' must be a whole number of at least 0, got -1/,
    (l, x) => l.convolution('conv', x, { channels: 4, kernelSize: 1, padding: -1 }),
  ],
  [
    /padding 2 of 'conv' leaves nothing of 1x5 pixels/,
    (l, x) => l.transposedConvolution('conv', l.crop(x, 5, 0), { channels: 1, kernelSize: 4, padding: 2 }),
  ],
  [
    /7x1 kernel does not fit in 6x5 pixels at 'conv'/,
    (l, x) => l.depthwiseConvolution('conv', x, { kernelSize: [7, 1] }),
  ],
  [
    /scales the 4 channels of \[6, 5, 4\] by factors \[3\] in the network/,
    (l, x) => l.scaleChannels(x, l.dense('dense', l.globalAveragePool(x), 3)),
  ],
  [
    /joins the channels of \[6, 5, 4\] and \[3, 3, 4\] in 'part'/,
    (l, x) => l.scope('part').concat([x, l.subsample(x, 2)]),
  ],
  [/joins the channels of {2}in the network/, (l) => l.concat([])],
  [/takes 3 channels from 2 on of \[6, 5, 4\]/, (l, x) => l.sliceChannels(x, 2, 3)],
  [/takes 0 channels from 0 on/, (l, x) => l.sliceChannels(x, 0, 0)],
  [/before in the network must be a whole number of at least 0, got -1/, (l, x) => l.padChannels(x, -1, 1)],
  [
    /3 groups of the channel shuffle in the network must divide its 4 channels/,
    (l, x) => l.channelShuffle(x, 3),
  ],
  [/crops 6 rows and 0 columns of 6x5 pixels/, (l, x) => l.crop(x, 6, 0)],
  [/left in the network must be a whole number of at least 0, got 0.5/, (l, x) => l.crop(x, 0, 0.5)],
  [
    /padding 2 of a pool by 3 in the network must be at most half/,
    (l, x) => l.maxPool(x, { size: 3, padding: 2 }),
  ],
  [
    /padding in the network must be .* got 0.5/,
    (l, x) => l.averagePool(x, { size: 3, padding: 0.5, countPadding: true }),
  ],
  [/pools 6x5 pixels by 6/, (l, x) => l.maxPool(x, { size: 6 })],
  [/stride in the network must be .* got 0/, (l, x) => l.subsample(x, 0)],
  [/takes a map .* is given \[4\]/, (l, x) => l.flatten(l.globalAveragePool(x))],
  [/takes a vector .* is given \[6, 5, 4\]/, (l, x) => l.cosineClassifier('classes', x, 3)],
  [
    /classes in 'classes' must be .* got 0/,
    (l, x) => l.cosineClassifier('classes', l.globalAveragePool(x), 0),
  ],
])('refuses with %s', (message, network) => {
  const attempt = (): unknown => describeNetwork(network, shape);
  expect(attempt).toThrow(message);
  expect(attempt).toThrow(KdError);
});
