import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { applyNetwork, describeNetwork, type Layers, type Network } from 'kd-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { convolve, convolveTransposed, pool } from '../testing/direct-definitions.ts';
import { readNetwork, toTensor, type Values, waves, waveVariables } from '../testing/read-network.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

type LinearLayer = (variables: Readonly<Record<string, Values>>, images: Values) => Values;

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, value, index) => total + value * b[index]!, 0);
}

function expectNear(got: readonly number[], want: readonly number[], absolute = 1e-5): void {
  expect(got).toHaveLength(want.length);
  got.forEach((value, index) => {
    expect(Math.abs(value - want[index]!)).toBeLessThanOrEqual(absolute);
  });
}

/**
 * Values and gradients of a layer that is linear in its images and in each variable: the derivative along one entry
 * is then the difference that a step of 1 makes.
 */
function expectLinear(network: Network, images: Values, definition: LinearLayer): void {
  const variables = waveVariables(network, images);
  const { output, gradients } = readNetwork(network, images);
  const want = definition(variables, images);
  expect(output.shape).toEqual(want.shape);
  expectNear(output.data, want.data);
  expect(describeNetwork(network, images.shape.slice(1)).outputShape).toEqual(want.shape.slice(1));
  const weights = waves(want.shape, 0.5).data;
  const value = (moved: Readonly<Record<string, Values>>): number => {
    const { images: movedImages, ...rest } = { images, ...variables, ...moved };
    return dot(definition(rest, movedImages).data, weights);
  };
  for (const [name, { shape, data }] of Object.entries({ ...variables, images })) {
    const base = value({});
    const differences = data.map(
      (each, index) => value({ [name]: { shape, data: data.with(index, each + 1) } }) - base,
    );
    expectNear(gradients[name]!.data, differences, 1e-4);
  }
}

const side = fc.integer({ min: 1, max: 5 });

describe('convolutions, against their definition', () => {
  test('in groups, of any size, stride and padding', () => {
    const cases = fc.record({
      height: side,
      width: side,
      groups: fc.integer({ min: 1, max: 3 }),
      inputs: fc.integer({ min: 1, max: 2 }),
      outputs: fc.integer({ min: 1, max: 2 }),
      kernelSize: fc.oneof(
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom<readonly [number, number]>([1, 3], [3, 2], [2, 1]),
      ),
      stride: fc.integer({ min: 1, max: 3 }),
      padding: fc.integer({ min: 0, max: 2 }),
      bias: fc.boolean(),
    });
    const fits = cases.filter(
      ({ height, width, padding, kernelSize }) =>
        Math.min(height, width) + 2 * padding >= Math.max(...[kernelSize].flat()),
    );
    fc.assert(
      fc.property(fits, ({ height, width, groups, inputs, outputs, kernelSize, stride, padding, bias }) => {
        const options = { channels: groups * outputs, kernelSize, stride, padding, groups, bias };
        const images = waves([2, height, width, groups * inputs]);
        expectLinear(
          (layers, x) => layers.convolution('conv', x, options),
          images,
          (variables, x) =>
            biased(convolve(x, variables['conv/kernel']!, { stride, padding, groups }), variables),
        );
      }),
      { numRuns: 25 },
    );
  });

  test('depthwise, with rectangular kernels', () => {
    const cases = fc.record({
      height: fc.integer({ min: 3, max: 5 }),
      width: fc.integer({ min: 3, max: 5 }),
      channels: fc.integer({ min: 1, max: 3 }),
      kernelSize: fc.oneof(fc.constantFrom(1, 2, 3), fc.constantFrom([1, 3], [3, 1], [2, 3])),
      stride: fc.integer({ min: 1, max: 3 }),
      padding: fc.integer({ min: 0, max: 1 }),
      bias: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, ({ height, width, channels, kernelSize, stride, padding, bias }) => {
        const options = { kernelSize: kernelSize as [number, number], stride, padding, bias };
        expectLinear(
          (layers, x) => layers.depthwiseConvolution('conv', x, options),
          waves([2, height, width, channels]),
          (variables, x) => {
            const { shape, data } = variables['conv/kernel']!;
            // [h, w, channels, 1] and [h, w, 1, channels] have their values in the same order.
            const kernel = { shape: [shape[0]!, shape[1]!, 1, shape[2]!], data };
            return biased(convolve(x, kernel, { stride, padding, groups: channels }), variables);
          },
        );
      }),
      { numRuns: 25 },
    );
  });

  test('transposed', () => {
    const cases = fc
      .record({
        height: fc.integer({ min: 1, max: 4 }),
        width: fc.integer({ min: 1, max: 4 }),
        inputs: fc.integer({ min: 1, max: 2 }),
        channels: fc.integer({ min: 1, max: 3 }),
        kernelSize: fc.integer({ min: 1, max: 4 }),
        stride: fc.integer({ min: 1, max: 2 }),
        padding: fc.integer({ min: 0, max: 1 }),
        bias: fc.boolean(),
      })
      .filter(({ kernelSize, padding }) => kernelSize > 2 * padding);
    fc.assert(
      fc.property(cases, ({ height, width, inputs, ...options }) => {
        expectLinear(
          (layers, x) => layers.transposedConvolution('conv', x, options),
          waves([2, height, width, inputs]),
          (variables, x) => biased(convolveTransposed(x, variables['conv/kernel']!, options), variables),
        );
      }),
      { numRuns: 25 },
    );
  });

  function biased(y: Values, variables: Readonly<Record<string, Values>>): Values {
    const bias = variables['conv/bias']?.data;
    return bias === undefined
      ? y
      : { ...y, data: y.data.map((value, index) => value + bias[index % bias.length]!) };
  }
});

describe('pools, against their definition', () => {
  const cases = fc
    .record({
      height: fc.integer({ min: 3, max: 6 }),
      width: fc.integer({ min: 3, max: 6 }),
      size: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 3 }),
      padding: fc.integer({ min: 0, max: 1 }),
    })
    .filter(({ size, padding }) => padding * 2 <= size);
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

  test.each([true, false])('means, the padding counted: %s', (countPadding) => {
    fc.assert(
      fc.property(cases, ({ height, width, ...window }) => {
        const divisor = (values: readonly number[]): number =>
          countPadding ? window.size ** 2 : values.length;
        expectLinear(
          (layers, x) => layers.averagePool(x, { ...window, countPadding }),
          waves([2, height, width, 2]),
          (_, x) => pool(x, window, (values) => total(values) / divisor(values)),
        );
      }),
      { numRuns: 25 },
    );
  });

  test('maxima, of which the padding is never one', () => {
    fc.assert(
      fc.property(cases, ({ height, width, ...window }) => {
        const { shape, data } = waves([2, height, width, 2]);
        const images = { shape, data: data.map((value) => Math.fround(value - 2)) };
        const { output } = readNetwork((layers, x) => layers.maxPool(x, window), images);
        expect(output).toEqual(pool(images, window, (values) => Math.max(...values)));
      }),
      { numRuns: 25 },
    );
  });
});

/** One image of 2 rows, 2 columns and 4 channels: the first digit is the row, the second the column, the third the channel. */
const NUMBERED: Values = {
  shape: [1, 2, 2, 4],
  data: [0, 1, 2, 3, 10, 11, 12, 13, 100, 101, 102, 103, 110, 111, 112, 113],
};
const pixels = (...channels: readonly number[]): number[] =>
  [0, 10, 100, 110].flatMap((pixel) => channels.map((channel) => pixel + channel));

describe('layers that move values', () => {
  test.each<[string, Network, readonly number[], readonly number[]]>([
    ['shuffle of two groups', (l, x) => l.channelShuffle(x, 2), [2, 2, 4], pixels(0, 2, 1, 3)],
    ['shuffle of four groups', (l, x) => l.channelShuffle(x, 4), [2, 2, 4], pixels(0, 1, 2, 3)],
    ['slice', (l, x) => l.sliceChannels(x, 1, 2), [2, 2, 2], pixels(1, 2)],
    [
      'concat',
      (l, x) => l.concat([l.sliceChannels(x, 3, 1), l.sliceChannels(x, 0, 2)]),
      [2, 2, 3],
      pixels(3, 0, 1),
    ],
    [
      'zeros around',
      (l, x) => l.padChannels(l.sliceChannels(x, 2, 1), 1, 2),
      [2, 2, 4],
      [0, 2, 0, 0, 0, 12, 0, 0, 0, 102, 0, 0, 0, 112, 0, 0],
    ],
    ['crop', (l, x) => l.crop(l.sliceChannels(x, 0, 1), 1, 0), [1, 2, 1], [100, 110]],
    ['crop of columns', (l, x) => l.crop(l.sliceChannels(x, 0, 1), 0, 1), [2, 1, 1], [10, 110]],
    ['every second pixel', (l, x) => l.subsample(x, 2), [1, 1, 4], [0, 1, 2, 3]],
    ['global mean', (l, x) => l.globalAveragePool(x), [4], [55, 56, 57, 58]],
    [
      "flatten, channel by channel as PyTorch's",
      (l, x) => l.flatten(x),
      [16],
      [0, 10, 100, 110, 1, 11, 101, 111, 2, 12, 102, 112, 3, 13, 103, 113],
    ],
    [
      'scale',
      (l, x) => l.scaleChannels(x, l.globalAveragePool(l.subsample(x, 2))),
      [2, 2, 4],
      NUMBERED.data.map((value, index) => value * (index % 4)),
    ],
  ])('%s', (_, network, shape, data) => {
    const { output } = readNetwork(network, NUMBERED);
    expect(output).toEqual({ shape: [1, ...shape], data });
    expect(describeNetwork(network, [2, 2, 4]).outputShape).toEqual(shape);
  });

  test('a shuffle is inverted by its gradient', () => {
    // In three groups of two, which is no inverse of itself.
    const images = waves([2, 1, 2, 6]);
    const order = [0, 2, 4, 1, 3, 5];
    expectLinear(
      (layers, x) => layers.channelShuffle(x, 3),
      images,
      (_, { shape, data }) => ({
        shape,
        data: data.map((_, index) => data[index - (index % 6) + order[index % 6]!]!),
      }),
    );
  });
});

describe('activations and normalisation', () => {
  test('the slopes of a parametric ReLU are those of the channels', () => {
    const network: Network = (layers, x) => layers.parametricRelu('slopes', x);
    const images = { shape: [1, 1, 2, 2], data: [-1, -2, 3, -4] };
    const variables = { 'slopes/slope': { shape: [2], data: [0.5, 0.25] } };
    const { output, gradients } = readNetwork(network, images, variables);
    expect(output.data).toEqual([-0.5, -0.5, 3, -1]);
    const [w0, w1, , w3] = waves([4], 0.5).data as [number, number, number, number];
    expectNear(gradients['slopes/slope']!.data, [-w0, -2 * w1 - 4 * w3]);
  });

  test('relu6 and sigmoid are bounded', () => {
    const images = { shape: [1, 1, 3, 1], data: [-1, 5, 7] };
    expect(readNetwork((layers, x) => layers.relu6(x), images).output.data).toEqual([0, 5, 6]);
    const sigmoids = images.data.map((value) => 1 / (1 + Math.exp(-value)));
    expectNear(readNetwork((layers, x) => layers.sigmoid(x), images).output.data, sigmoids, 1e-6);
  });

  test('leaky ReLU has its slope wherever nothing is above 0', () => {
    const images = { shape: [1, 1, 3, 1], data: [-2, 0, 7] };
    const { output, gradients } = readNetwork((layers, x) => layers.leakyRelu(x, 0.1), images);
    expectNear(output.data, [-0.2, 0, 7], 1e-6);
    const [first, second, third] = waves([3], 0.5).data as [number, number, number];
    expectNear(gradients.images!.data, [first * 0.1, second * 0.1, third], 1e-6);
  });

  test('a cosine classifier measures angles, whatever the lengths', () => {
    const network: Network = (layers, x) =>
      layers.cosineClassifier('classes', layers.globalAveragePool(x), 3);
    const images = { shape: [1, 1, 1, 2], data: [3, 4] };
    // Columns (1, 0), (0, -2) and (6, 8).
    const variables = { 'classes/kernel': { shape: [2, 3], data: [1, 0, 6, 0, -2, 8] } };
    const { output, gradients } = readNetwork(network, images, variables);
    expectNear(output.data, [0.6, -0.8, 1]);
    const along = gradients['classes/kernel']!.data;
    // No class vector can change its cosine by its length.
    expectNear([along[0]!, along[4]!, along[2]! * 6 + along[5]! * 8], [0, 0, 0]);
  });

  test('vectors are normalised, those of zeros left', () => {
    const network: Network = (layers, x) => layers.l2Normalize(layers.globalAveragePool(x));
    const images = { shape: [2, 1, 1, 2], data: [3, -4, 0, 0] };
    expectNear(readNetwork(network, images).output.data, [0.6, -0.8, 0, 0], 1e-6);
  });

  test('batch norm in evaluation takes the epsilon it is given', () => {
    const network: Network = (layers, x) => layers.batchNorm('norm', x, { epsilon: 3 });
    const one = (value: number): Values => ({ shape: [1], data: [value] });
    const variables = {
      'norm/scale': one(2),
      'norm/offset': one(5),
      'norm/mean': one(3),
      'norm/variance': one(1),
    };
    const images = { shape: [1, 1, 1, 1], data: [7] };
    expect(readNetwork(network, images, variables).output.data).toEqual([9]);
  });
});

describe('shapes that are promised are those that come', () => {
  type Step = (layers: Layers<unknown>, name: string, x: unknown) => unknown;
  const channelsOf = (layers: Layers<unknown>, x: unknown): number => layers.channels(x);
  const sides = (layers: Layers<unknown>, x: unknown): number => Math.min(...layers.shape(x).slice(0, 2));
  const small = fc.integer({ min: 1, max: 3 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.tuple(small, small, small, fc.constantFrom(0, 1)).map(
      ([outputs, kernelSize, stride, padding]): Step =>
        (l, name, x) => {
          if (sides(l, x) + 2 * padding < kernelSize) return x;
          const groups = channelsOf(l, x) % 2 === 0 ? 2 : 1;
          return l.convolution(name, x, { channels: outputs * groups, kernelSize, stride, padding, groups });
        },
    ),
    fc.tuple(small, small).map(
      ([height, stride]): Step =>
        (l, name, x) =>
          sides(l, x) < 3 ? x : l.depthwiseConvolution(name, x, { kernelSize: [height, 2], stride }),
    ),
    fc.tuple(small, fc.boolean(), fc.boolean()).map(
      ([stride, countPadding, max]): Step =>
        (l, _, x) => {
          const window = { size: 2, stride, padding: 1 };
          return max ? l.maxPool(x, window) : l.averagePool(x, { ...window, countPadding });
        },
    ),
    small.map(
      (stride): Step =>
        (l, _, x) =>
          l.subsample(x, stride),
    ),
    small.map(
      (after): Step =>
        (l, _, x) =>
          l.padChannels(x, 1, after),
    ),
    fc.constant<Step>((l, _, x) => l.channelShuffle(x, channelsOf(l, x))),
    fc.constant<Step>((l, _, x) => l.concat([l.sliceChannels(x, 0, 1), x])),
    fc.constant<Step>((l, _, x) => (sides(l, x) > 1 ? l.crop(x, 1, 1) : x)),
    fc.constant<Step>((l, name, x) => l.parametricRelu(name, l.batchNorm(`${name}-norm`, x))),
    fc.constant<Step>((l, name, x) =>
      l.scaleChannels(x, l.sigmoid(l.dense(name, l.globalAveragePool(x), channelsOf(l, x)))),
    ),
    fc.constant<Step>((l, _, x) => l.add(l.relu(x), l.relu6(x))),
  );
  const end: fc.Arbitrary<Step> = fc.constantFrom<Step>(
    (l, _, x) => l.flatten(x),
    (l, _, x) => l.l2Normalize(l.globalAveragePool(x)),
    (l, name, x) => l.cosineClassifier(name, l.flatten(x), 3),
    (_l, _, x) => x,
  );

  test('for random networks', () => {
    const networks = fc.tuple(
      side,
      side,
      small,
      fc.array(step, { minLength: 1, maxLength: 5 }),
      end,
      fc.boolean(),
    );
    fc.assert(
      fc.property(networks, ([height, width, channels, steps, last, train]) => {
        const network = ((layers: Layers<unknown>, images: unknown) => {
          let x = images;
          for (const [index, each] of steps.entries()) {
            x = each(layers.scope(String(index)), 'layer', x);
            layers.tap(`tap${index}`, x);
          }
          return last(layers, 'last', x);
        }) as Network;
        const images = waves([2, height, width, channels]);
        const { outputShape, taps } = describeNetwork(network, [height, width, channels]);
        const variables = Object.entries(waveVariables(network, images));
        const result = applyNetwork(
          network,
          new Map(variables.map(([path, value]) => [path, toTensor(value)])),
          toTensor(images) as never,
          train,
        );
        expect(result.output.shape).toEqual([2, ...outputShape]);
        const got = Object.entries(result.taps).map(([name, tap]) => [name, tap.shape]);
        expect(got).toEqual(Object.entries(taps).map(([name, shape]) => [name, [2, ...shape]]));
      }),
      { numRuns: 60 },
    );
  });
});
