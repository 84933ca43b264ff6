import {
  mean,
  ones,
  type Scalar,
  square,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  tensor4d,
  zeros,
} from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  type HostTensor,
  KdError,
  type ModelVariables,
  type Network,
  prngKey,
  type Tree,
  treeMap,
  treePaths,
  valueAndGradient,
  visitTree,
} from 'kd-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { resnet } from '../resnet/resnet.ts';
import { wideResnet } from '../wide-resnet/wide-resnet.ts';
import { networkModel } from './network-model.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

const model = resnet({ depth: 8, classes: 3, widths: [2, 2, 3, 4], inputShape: [7, 6, 1] });

function upload({ params, state }: ModelVariables<HostTensor>): ModelVariables<Tensor> {
  const toTensor = (leaf: HostTensor): Tensor => tensor(leaf.data, [...leaf.shape]);
  return { params: treeMap(params, toTensor), state: treeMap(state, toTensor) };
}

function ramp(shape: [number, number, number, number]): Tensor4D {
  const size = shape.reduce((product, length) => product * length);
  return tensor4d(
    Float32Array.from({ length: size }, (_, index) => Math.sin(index)),
    shape,
  );
}

/** One convolution with a kernel of ones. */
function convolve(
  image: number[][],
  options: { kernelSize: number; stride: number; padding: number },
): number[] {
  const model = networkModel({
    name: 'single',
    inputShape: [image.length, image[0]!.length, 1],
    classes: 1,
    network: (layers, images) => {
      const x = layers.convolution('conv', images, { channels: 1, ...options });
      layers.tap('x', x);
      return layers.dense('head', layers.globalAveragePool(x), 1);
    },
  });
  const params = {
    conv: { kernel: ones([options.kernelSize, options.kernelSize, 1, 1]) },
    head: { kernel: zeros([1, 1]), bias: zeros([1]) },
  };
  const images = tensor4d([image.map((row) => row.map((value) => [value]))]);
  const { taps } = model.apply({ params, state: {} }, images, { train: false });
  return Array.from(taps.x!.dataSync());
}

describe('a network read over tensors', () => {
  test('strided convolutions pad both sides, as PyTorch does', () => {
    const image = [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10, 11, 12],
      [13, 14, 15, 16],
    ];
    // Windows start at rows and columns -1 and 1: the first is the sum of the top left 2x2.
    expect(convolve(image, { kernelSize: 3, stride: 2, padding: 1 })).toEqual([14, 30, 57, 99]);
    expect(convolve(image, { kernelSize: 1, stride: 2, padding: 0 })).toEqual([1, 3, 9, 11]);
  });

  test.each([true, false])('taps have the shapes that the summary promises (train: %s)', (train) => {
    const { logits, taps } = model.apply(upload(model.init(prngKey(1))), ramp([2, 7, 6, 1]), { train });
    const shapes = Object.fromEntries(Object.entries(taps).map(([name, tap]) => [name, tap.shape.slice(1)]));
    expect(shapes).toEqual(model.summary().taps);
    expect(logits.shape).toEqual([2, 3]);
  });

  test('a stage is the ReLU of its preactivation', () => {
    const { taps } = model.apply(upload(model.init(prngKey(1))), ramp([2, 7, 6, 1]), { train: true });
    const before = Array.from(taps['stage2.preactivation']!.dataSync());
    expect(before.some((value) => value < 0)).toBe(true);
    expect(Array.from(taps.stage2!.dataSync())).toEqual(before.map((value) => Math.max(value, 0)));
  });

  test.each([
    ['a residual network', resnet({ depth: 14, classes: 2, widths: [2, 2, 3, 4], inputShape: [5, 6, 1] })],
    ['a wide one', wideResnet({ depth: 16, widenFactor: 1, classes: 2, inputShape: [5, 6, 1] })],
  ])(
    'blocks of %s are counted through the network, rectified, and end where the pooling begins',
    (_, network) => {
      const { taps } = network.apply(upload(network.init(prngKey(1))), ramp([2, 5, 6, 1]), { train: true });
      const blocks = Array.from({ length: 6 }, (_item, index) => taps[`block${index + 1}`]!);
      expect(taps.block7).toBeUndefined();
      expect(blocks.every((block) => block.dataSync().every((value) => value >= 0))).toBe(true);
      expect(mean(blocks[5]!, [1, 2]).dataSync()).toEqual(taps.pooled!.dataSync());
    },
  );

  test('training moves every running statistic and keeps their structure; evaluation leaves them', () => {
    const variables = upload(model.init(prngKey(1)));
    const trained = model.apply(variables, ramp([3, 7, 6, 1]), { train: true }).state;
    expect(treePaths(trained)).toEqual(treePaths(variables.state));
    visitTree<Tensor>(trained, (leaf, path) => {
      const start = path.endsWith('variance') ? 1 : 0;
      expect(
        Array.from(leaf.dataSync()).every((value) => value !== start),
        path,
      ).toBe(true);
    });
    const evaluated = model.apply(variables, ramp([3, 7, 6, 1]), { train: false }).state;
    expect(evaluated).toBe(variables.state);
  });

  test('the loss of a batch reaches every parameter', () => {
    const variables = upload(model.init(prngKey(5)));
    const images = ramp([3, 7, 6, 1]);
    const { gradient } = valueAndGradient((params: Tree<Tensor>) => {
      const { logits } = model.apply({ params, state: variables.state }, images, { train: true });
      return { value: sum<Scalar>(square(logits)), aux: {} };
    }, variables.params);
    visitTree<Tensor>(gradient, (leaf, path) => {
      expect(
        Array.from(leaf.dataSync()).some((value) => value !== 0),
        path,
      ).toBe(true);
    });
  });
});

describe('a model refuses', () => {
  const variables = (): ModelVariables<Tensor> => upload(model.init(prngKey(1)));

  test('images of another size', () => {
    const attempt = (): unknown => model.apply(variables(), zeros([2, 8, 8, 1]), { train: false });
    expect(attempt).toThrow(/takes images of shape \[batch, 7, 6, 1\], got \[2, 8, 8, 1\]/);
    expect(attempt).toThrow(KdError);
  });

  test('variables of another model, naming all that differs', () => {
    const other = upload(
      resnet({ depth: 14, classes: 4, widths: [2, 2, 3, 4], inputShape: [7, 6, 1] }).init(prngKey(1)),
    );
    const attempt = (): unknown => model.apply(other, ramp([2, 7, 6, 1]), { train: false });
    expect(attempt).toThrow(/unknown param stage1\/1\/conv1\/kernel/);
    expect(attempt).toThrow(/classifier\/bias is \[4\], expected \[3\]/);
    expect(() => model.apply({ ...variables(), state: {} }, ramp([2, 7, 6, 1]), { train: false })).toThrow(
      /missing state stem\/norm\/mean \[2\]/,
    );
  });

  const toy = (network: Network): (() => unknown) => {
    return () => networkModel({ name: 'toy', inputShape: [4, 4, 1], classes: 2, network });
  };
  const pixel = { channels: 2, kernelSize: 1 };

  test('a network that uses a name twice', () => {
    const layerTwice: Network = (layers, images) =>
      layers.convolution('conv', layers.convolution('conv', images, pixel), pixel);
    expect(toy(layerTwice)).toThrow(/two variables 'conv\/kernel'/);
    const tapTwice: Network = (layers, images) => {
      layers.tap('x', images);
      layers.tap('x', images);
      return layers.dense('head', layers.globalAveragePool(images), 2);
    };
    expect(toy(tapTwice)).toThrow(/two taps 'x'/);
  });

  test('a network whose shapes do not fit', () => {
    const unequalSum: Network = (layers, images) =>
      layers.add(images, layers.convolution('conv', images, pixel));
    expect(toy(unequalSum)).toThrow(/adds \[4, 4, 1\] and \[4, 4, 2\]/);
    expect(toy((layers, images) => layers.dense('head', layers.globalAveragePool(images), 3))).toThrow(
      /must give logits \[2\], but its last layer gives \[3\]/,
    );
    expect(toy((_layers, images) => images)).toThrow(/gives \[4, 4, 1\]/);
    expect(toy((layers, images) => layers.dense('head', images, 2))).toThrow(
      /'?head'? takes a vector \[features\]/,
    );
    expect(
      toy((layers, images) => layers.convolution('conv', images, { channels: 2, kernelSize: 5 })),
    ).toThrow(/5x5 kernel does not fit in 4x4 pixels at 'conv'/);
  });
});
