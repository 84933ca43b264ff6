import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type HostTensor, type Tree, treeFromPaths } from 'kd-core';
import { type Layers, type Network, networkModel, shuffleNetV1, shuffleNetV2 } from 'kd-models';
import { beforeAll, describe, it } from 'vitest';
import { createOrtBackend } from '../index.ts';
import { randomValues } from './arbitraries.ts';
import { type Case, expectAgreement } from './compare.ts';
import { sessionSettings } from './settings.ts';

type InputShape = readonly [height: number, width: number, channels: number];
type Layer = <Value>(layers: Layers<Value>, x: Value) => Value;
type Model = ReturnType<typeof networkModel>;

const CLASSES = 3;

/** The layer between a convolution and a classifier, so that gradients reach it and pass it. */
function around(layer: Layer, channels: number): Network {
  return (layers, images) => {
    const before = layers.convolution('before', images, { channels, kernelSize: 1 });
    const x = layer(layers, layers.batchNorm('norm', before));
    layers.tap('layer', x);
    const features = layers.shape(x).length === 3 ? layers.globalAveragePool(x) : x;
    return layers.dense('classifier', features, CLASSES);
  };
}

function modelCase(name: string, model: Model, train: boolean, batch = 2): Case {
  const kinds = new Map(model.variables.map(({ path, kind }) => [path, kind]));
  const variables = model.variables.map(({ path, shape }, index): [string, HostTensor] => {
    const positive = path.endsWith('/variance');
    return [path, randomValues(shape, index, positive ? { min: 1, max: 2 } : { min: -1, max: 1 })];
  });
  return {
    name: `${name}, ${train ? 'training' : 'evaluation'}`,
    args: { ...Object.fromEntries(variables), images: randomValues([batch, ...model.inputShape], 91) },
    relativeTo: 'gradient',
    run: ({ images, ...values }) => {
      const ofKind = (wanted: boolean): Tree<Tensor> =>
        treeFromPaths(Object.entries(values).filter(([path]) => (kinds.get(path) === 'param') === wanted));
      const { logits, taps } = model.apply(
        { params: ofKind(true), state: ofKind(false) },
        images as Tensor4D,
        { train },
      );
      return [logits, ...Object.values(taps)];
    },
  };
}

const LAYERS: Readonly<Record<string, Layer>> = {
  'grouped convolution': (l, x) =>
    l.convolution('layer', x, { channels: l.channels(x) * 2, kernelSize: 1, groups: 2 }),
  'grouped 3x3 convolution, strided': (l, x) =>
    l.convolution('layer', x, {
      channels: l.channels(x),
      kernelSize: 3,
      stride: 2,
      padding: 1,
      groups: 4,
      bias: true,
    }),
  'depthwise convolution': (l, x) => l.depthwiseConvolution('layer', x, { kernelSize: 3, padding: 1 }),
  'depthwise convolution, strided': (l, x) =>
    l.depthwiseConvolution('layer', x, { kernelSize: 3, stride: 2, padding: 1, bias: true }),
  'depthwise convolution of 5x5': (l, x) => l.depthwiseConvolution('layer', x, { kernelSize: 5, padding: 2 }),
  'depthwise convolution of 3x1': (l, x) => l.depthwiseConvolution('layer', x, { kernelSize: [3, 1] }),
  'depthwise convolution of 1x3, padded': (l, x) =>
    l.depthwiseConvolution('layer', x, { kernelSize: [1, 3], padding: 1 }),
  'depthwise convolution of the whole map': (l, x) =>
    l.depthwiseConvolution('layer', x, { kernelSize: l.shape(x).slice(0, 2) as [number, number] }),
  'channel shuffle': (l, x) => l.channelShuffle(l.relu(x), 2),
  'channel shuffle of four groups, before a convolution': (l, x) =>
    l.convolution('layer', l.channelShuffle(x, 4), { channels: 16, kernelSize: 3, padding: 1 }),
  'halves joined and shuffled': (l, x) => {
    const half = l.channels(x) / 2;
    return l.channelShuffle(
      l.concat([l.sliceChannels(x, 0, half), l.relu(l.sliceChannels(x, half, half))]),
      2,
    );
  },
  'padded mean, padding counted': (l, x) =>
    l.averagePool(x, { size: 3, stride: 2, padding: 1, countPadding: true }),
  'padded mean of the pixels': (l, x) =>
    l.averagePool(x, { size: 3, stride: 1, padding: 1, countPadding: false }),
  'padded maximum': (l, x) => l.maxPool(x, { size: 3, stride: 2, padding: 1 }),
  'zero channels': (l, x) => l.add(l.padChannels(x, 3, 5), l.padChannels(x, 8, 0)),
  'crop and subsample': (l, x) => l.subsample(l.crop(x, 1, 1), 2),
  'parametric ReLU': (l, x) => l.parametricRelu('layer', x),
  'relu6 and sigmoid': (l, x) => l.add(l.relu6(x), l.sigmoid(x)),
  'squeeze and excitation': (l, x) =>
    l.scaleChannels(x, l.sigmoid(l.dense('layer', l.globalAveragePool(x), l.channels(x)))),
  flatten: (l, x) => l.flatten(x),
  'normalised vectors': (l, x) => l.l2Normalize(l.globalAveragePool(x)),
  'cosine classifier': (l, x) => l.cosineClassifier('layer', l.globalAveragePool(x), 7),
  'frozen scale': (l, x) => l.batchNorm('layer', x, { frozenScale: true }),
};

let reference: Backend;
let backend: Backend;

beforeAll(async () => {
  reference = await createTfjsBackend();
  backend = await createOrtBackend(sessionSettings);
});

describe('layers compute what they do in tfjs, gradients included', () => {
  // 8 channels stand in one block where blocks are of 8, and in none where they are of 16.
  it.each([8, 16, 32])('behind %i channels', async (channels) => {
    const cases = Object.entries(LAYERS).flatMap(([name, layer]) => {
      const inputShape: InputShape = [6, 5, 3];
      const network = around(layer, channels);
      return [true, false].map((train) =>
        modelCase(name, networkModel({ name, inputShape, classes: CLASSES, network }), train),
      );
    });
    await expectAgreement(reference, backend, cases);
  });

  it.each([
    shuffleNetV1({ classes: CLASSES, widths: [36, 72, 144], blocks: [2, 1, 1], inputShape: [16, 16, 3] }),
    shuffleNetV2({ classes: CLASSES, widths: [32, 64, 48, 16], blocks: [2, 1, 1], inputShape: [16, 16, 3] }),
  ])('as ShuffleNets: $name', async (model) => {
    await expectAgreement(reference, backend, [modelCase(model.name, model, true, 4)]);
  });
});
