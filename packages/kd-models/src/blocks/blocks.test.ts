import { createTfjsBackend } from 'kd-backend-tfjs';
import { describeNetwork, KdError, type Layers, type Network } from 'kd-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { networkModel } from '../network/network-model.ts';
import { createModel, registerModel } from '../registry/registry.ts';
import { readNetwork, type Values, waves } from '../testing/read-network.ts';
import type { Activation } from './activation.ts';
import { convolutionUnit } from './convolution-unit.ts';
import { depthwiseSeparable } from './depthwise-separable.ts';
import { type InvertedResidualOptions, invertedResidual } from './inverted-residual.ts';
import { shuffleUnit } from './shuffle-unit.ts';
import { splitShuffleDownsampling, splitShuffleUnit } from './split-shuffle-unit.ts';
import { squeezeAndExcitation } from './squeeze-and-excitation.ts';

type Block = <Value>(layers: Layers<Value>, x: Value) => Value;

const shapeOf = (block: Block, shape: readonly number[]): readonly number[] =>
  describeNetwork(block, shape).outputShape;

/** Every kernel of the block with its shape. */
function kernels(block: Block, shape: readonly number[]): Record<string, readonly number[]> {
  const found = describeNetwork(block, shape).variables.filter(({ path }) => path.endsWith('/kernel'));
  return Object.fromEntries(found.map(({ path, shape }) => [path, shape]));
}

const values = (...data: readonly number[]): Values => ({ shape: [data.length], data });
/** A batch norm that changes nothing but adds `offset`, as the epsilon is made up for. */
const norm = (path: string, channels: number, offset = 0): Record<string, Values> => ({
  [`${path}/scale`]: values(...Array.from({ length: channels }, () => 1)),
  [`${path}/offset`]: values(...Array.from({ length: channels }, () => offset)),
  [`${path}/mean`]: values(...Array.from({ length: channels }, () => 0)),
  [`${path}/variance`]: values(...Array.from({ length: channels }, () => 1 - 1e-5)),
});

function expectNear(got: readonly number[], want: readonly number[]): void {
  expect(got).toHaveLength(want.length);
  got.forEach((value, index) => {
    expect(value).toBeCloseTo(want[index]!, 5);
  });
}

beforeAll(async () => {
  await createTfjsBackend();
});

describe('convolution unit', () => {
  test.each<[Activation | undefined, readonly number[]]>([
    [undefined, [0, 0, 9]],
    ['relu', [0, 0, 9]],
    ['none', [-3, -1, 9]],
    ['relu6', [0, 0, 6]],
    ['parametricRelu', [-1.5, -0.5, 9]],
    ['sigmoid', [-3, -1, 9].map((value) => 1 / (1 + Math.exp(-value)))],
  ])('convolves, normalises and activates by %s', (activation, want) => {
    const network: Network = (layers, x) =>
      convolutionUnit(layers, x, { channels: 1, kernelSize: 1, ...(activation && { activation }) });
    const images = { shape: [1, 1, 3, 1], data: [-2, -1, 4] };
    const variables = {
      'conv/kernel': { shape: [1, 1, 1, 1], data: [2] },
      ...norm('norm', 1, 1),
      ...(activation === 'parametricRelu' && { 'activation/slope': values(0.5) }),
    };
    expectNear(readNetwork(network, images, variables).output.data, want);
  });

  test('passes on what its batch norm trains', () => {
    const network: Network = (layers, x) =>
      convolutionUnit(layers, x, { channels: 2, kernelSize: 1, norm: { frozenScale: true } });
    const { variables } = describeNetwork(network, [2, 2, 1]);
    expect(variables.find(({ path }) => path === 'norm/scale')).toMatchObject({ kind: 'frozen' });
  });
});

describe('depthwise separable convolution', () => {
  test('filters each channel, then mixes them', () => {
    const block: Block = (layers, x) =>
      depthwiseSeparable(layers, x, { channels: 5, stride: 2, kernelSize: 5 });
    expect(shapeOf(block, [7, 8, 3])).toEqual([4, 4, 5]);
    expect(kernels(block, [7, 8, 3])).toEqual({
      'depthwise/conv/kernel': [5, 5, 3, 1],
      'pointwise/conv/kernel': [1, 1, 3, 5],
    });
  });

  test('refuses an even kernel', () => {
    const block: Block = (layers, x) => depthwiseSeparable(layers, x, { channels: 5, kernelSize: 4 });
    expect(() => shapeOf(block, [8, 8, 3])).toThrow(/odd whole number, got 4/);
  });
});

describe('inverted residual', () => {
  const block =
    (options: InvertedResidualOptions): Block =>
    (layers, x) =>
      invertedResidual(layers, x, options);

  test('expands, filters and projects', () => {
    expect(shapeOf(block({ channels: 6, expansion: 4, stride: 2 }), [5, 5, 3])).toEqual([3, 3, 6]);
    expect(kernels(block({ channels: 6, expansion: 4 }), [5, 5, 3])).toEqual({
      'expansion/conv/kernel': [1, 1, 3, 12],
      'depthwise/conv/kernel': [3, 3, 12, 1],
      'projection/conv/kernel': [1, 1, 12, 6],
    });
  });

  test('expands by 1 only when asked to', () => {
    const shape = [4, 4, 3];
    expect(Object.keys(kernels(block({ channels: 3, expansion: 1 }), shape))).not.toContain(
      'expansion/conv/kernel',
    );
    expect(kernels(block({ channels: 3, expansion: 1, alwaysExpand: true }), shape)).toMatchObject({
      'expansion/conv/kernel': [1, 1, 3, 3],
    });
  });

  test('adds its input where that has the shape of the output, and activates nothing after', () => {
    const images = waves([1, 3, 3, 1]);
    const zero = (shape: readonly number[]): Values => ({
      ...waves(shape),
      data: waves(shape).data.map(() => 0),
    });
    const variables = {
      'depthwise/conv/kernel': zero([3, 3, 1, 1]),
      'projection/conv/kernel': zero([1, 1, 1, 1]),
      ...norm('depthwise/norm', 1),
      ...norm('projection/norm', 1, -0.25),
    };
    const same = readNetwork(block({ channels: 1, expansion: 1 }), images, variables);
    expectNear(
      same.output.data,
      images.data.map((value) => value - 0.25),
    );
    const halved = readNetwork(block({ channels: 1, expansion: 1, stride: 2 }), images, variables);
    expectNear(halved.output.data, [-0.25, -0.25, -0.25, -0.25]);
  });

  test.each([0.5, Number.NaN])('refuses an expansion of %s', (expansion) => {
    expect(() => shapeOf(block({ channels: 3, expansion }), [4, 4, 3])).toThrow(
      /expansion must be at least 1/,
    );
  });
});

describe('squeeze and excitation', () => {
  test('weighs channels by what all of the map shows', () => {
    const network: Network = (layers, x) => squeezeAndExcitation(layers, x, { reduction: 2, bias: false });
    const images = { shape: [1, 1, 2, 2], data: [1, 2, 3, 6] };
    const variables = {
      'squeeze/kernel': { shape: [2, 1], data: [1, -0.25] },
      'excitation/kernel': { shape: [1, 2], data: [1, -1] },
    };
    // The means are 2 and 4, the hidden unit 1.
    const [first, second] = [1 / (1 + Math.exp(-1)), 1 / (1 + Math.exp(1))];
    expectNear(readNetwork(network, images, variables).output.data, [
      first,
      2 * second,
      3 * first,
      6 * second,
    ]);
  });

  test('has at least one hidden unit, and refuses a reduction below 1', () => {
    expect(kernels((layers, x) => squeezeAndExcitation(layers, x), [2, 2, 4])).toMatchObject({
      'squeeze/kernel': [4, 1],
    });
    const wrong: Block = (layers, x) => squeezeAndExcitation(layers, x, { reduction: 0 });
    expect(() => shapeOf(wrong, [2, 2, 4])).toThrow(/reduction must be at least 1, got 0/);
  });
});

describe('units that shuffle', () => {
  test('the strided unit of ShuffleNet joins the pooled input', () => {
    const block: Block = (layers, x) => shuffleUnit(layers, x, { channels: 32, stride: 2, groups: 2 });
    expect(shapeOf(block, [5, 6, 8])).toEqual([3, 3, 32]);
    expect(kernels(block, [5, 6, 8])).toEqual({
      'pointwise1/conv/kernel': [1, 1, 4, 6],
      'depthwise/conv/kernel': [3, 3, 6, 1],
      'pointwise2/conv/kernel': [1, 1, 3, 24],
    });
  });

  test('the unit of ShuffleNetV2 passes half of the channels unchanged, taken in turns with the others', () => {
    const images = waves([1, 1, 1, 4]);
    const split: Network = (layers, x) => splitShuffleUnit(layers, x).output;
    const { data } = readNetwork(split, images).output;
    expectNear([data[0]!, data[2]!], images.data.slice(0, 2));
  });

  test('the strided unit of ShuffleNetV2 has two branches', () => {
    expect(kernels((layers, x) => splitShuffleDownsampling(layers, x, 6), [4, 4, 5])).toEqual({
      'left/depthwise/conv/kernel': [3, 3, 5, 1],
      'left/pointwise/conv/kernel': [1, 1, 5, 3],
      'right/pointwise1/conv/kernel': [1, 1, 5, 3],
      'right/depthwise/conv/kernel': [3, 3, 3, 1],
      'right/pointwise2/conv/kernel': [1, 1, 3, 3],
    });
    const odd: Block = (layers, x) => splitShuffleDownsampling(layers, x, 7);
    expect(() => shapeOf(odd, [4, 4, 5])).toThrow(KdError);
  });
});

test('a network of blocks is a model with a name', () => {
  registerModel('tiny-mobile', ({ classes = 10, inputShape = [32, 32, 3] }) =>
    networkModel({
      name: 'tiny-mobile',
      inputShape,
      classes,
      network: (layers, images) => {
        const stem = convolutionUnit(layers.scope('stem'), images, {
          channels: 16,
          kernelSize: 3,
          padding: 1,
        });
        const block = layers.scope('block');
        const wide = invertedResidual(block, stem, { channels: 24, expansion: 4, stride: 2 });
        const features = squeezeAndExcitation(block.scope('excitation'), wide, { reduction: 4 });
        layers.tap('features', features);
        return layers.dense('classifier', layers.globalAveragePool(features), classes);
      },
    }),
  );
  const { parameters, taps } = createModel('tiny-mobile', { classes: 100 }).summary();
  const stem = 27 * 16 + 32;
  const inverted = 16 * 64 + 128 + 9 * 64 + 128 + 64 * 24 + 48;
  const excitation = 24 * 6 + 6 + 6 * 24 + 24;
  expect(parameters).toBe(stem + inverted + excitation + 24 * 100 + 100);
  expect(taps).toEqual({ features: [16, 16, 24] });
});
