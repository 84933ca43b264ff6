import { HostTensor, type Network, prngKey } from 'kd-core';
import { expect, test } from 'vitest';
import { iresnet } from '../face/iresnet.ts';
import { resnet } from '../resnet/resnet.ts';
import { vgg } from '../vgg/vgg.ts';
import { wideResnet } from '../wide-resnet/wide-resnet.ts';
import { type NetworkModel, networkModel } from './network-model.ts';
import { exportPyTorchWeights, importPyTorchWeights } from './pytorch-state-dict.ts';

const model = resnet({ depth: 14, classes: 5, widths: [2, 3, 4, 5], inputShape: [8, 8, 3] });
const stateDict = (of: NetworkModel): Record<string, HostTensor> =>
  exportPyTorchWeights({ model: of, variables: of.init(prngKey(3)) });

test('a state dict has the names of the reference and comes back unchanged', () => {
  const variables = model.init(prngKey(3));
  const tensors = exportPyTorchWeights({ model, variables });
  expect(tensors['layer1.0.downsample.0.weight']?.shape).toEqual([3, 2, 1, 1]);
  expect(tensors['conv1.weight']?.shape).toEqual([2, 3, 3, 3]);
  expect(tensors['fc.weight']?.shape).toEqual([5, 5]);
  expect(tensors['layer2.1.bn2.running_mean']?.shape).toEqual([4]);
  expect(tensors['layer3.0.downsample.1.running_var']?.shape).toEqual([5]);
  expect(importPyTorchWeights({ model, tensors })).toEqual(variables);
});

test.each([
  wideResnet({ depth: 16, widenFactor: 2, classes: 3, inputShape: [8, 8, 1] }),
  vgg({ widths: [[2], [3, 3], [4, 4, 4], [5], [6]], classes: 3, inputShape: [8, 8, 1] }),
  vgg({ widths: [[2], [3, 3], [4], [5], [6]], classes: 3, batchNorm: false, inputShape: [8, 8, 1] }),
])('every family comes back unchanged: %o', (each) => {
  const variables = each.init(prngKey(4));
  const tensors = exportPyTorchWeights({ model: each, variables });
  expect(Object.keys(tensors)).toHaveLength(each.variables.length);
  expect(importPyTorchWeights({ model: each, tensors })).toEqual(variables);
});

test('layouts are those of PyTorch', () => {
  const oihw = new Float32Array(54).map((_, index) => index);
  const { params } = importPyTorchWeights({
    model,
    tensors: { ...stateDict(model), 'conv1.weight': new HostTensor(oihw, [2, 3, 3, 3]) },
  });
  const { kernel } = (params as never as { stem: { conv: { kernel: HostTensor } } }).stem.conv;
  expect(kernel.shape).toEqual([3, 3, 3, 2]);
  // Row 1, column 2, input channel 0, output channel 1 is 1 * 27 + 0 * 9 + 1 * 3 + 2 in OIHW.
  expect(kernel.data[1 * 18 + 2 * 6 + 0 * 2 + 1]).toBe(32);
});

test('depthwise kernels and slopes have the shapes and names of PyTorch', () => {
  const separable: Network = (layers, images) => {
    const filtered = layers.depthwiseConvolution('filter', images, { kernelSize: [1, 2] });
    return layers.globalAveragePool(layers.parametricRelu('activation', filtered));
  };
  const each = networkModel({
    name: 'separable',
    inputShape: [2, 2, 3],
    classes: 3,
    network: separable,
    pyTorchNames: { plain: (path) => path.replace(/slope|kernel/, 'weight').replace('/', '.') },
  });
  // [channels, 1, height, width]: the taps of a channel stand together.
  const tensors = {
    'filter.weight': new HostTensor(Float32Array.of(1, 2, 10, 20, 100, 200), [3, 1, 1, 2]),
    'activation.weight': new HostTensor(Float32Array.of(4, 5, 6), [3]),
  };
  const variables = importPyTorchWeights({ model: each, tensors });
  expect(variables.params).toMatchObject({
    filter: { kernel: { shape: [1, 2, 3, 1], data: Float32Array.of(1, 10, 100, 2, 20, 200) } },
    activation: { slope: { data: Float32Array.of(4, 5, 6) } },
  });
  expect(exportPyTorchWeights({ model: each, variables })).toEqual(tensors);
});

test('dense kernels may be stored as 1x1 convolutions', () => {
  const each = iresnet({
    layers: [1, 1, 1, 1],
    widths: [4, 4, 4, 4, 4],
    embeddingSize: 3,
    inputShape: [16, 16, 3],
    squeezeExcitation: true,
  });
  const variables = each.init(prngKey(3));
  const tensors = exportPyTorchWeights({ model: each, variables });
  expect(tensors['layer1.0.se_block.fc2.weight']?.shape).toEqual([4, 1]);
  const convolutions = Object.entries(tensors).map(([name, tensor]) => {
    const { data, shape } = tensor;
    return [name, name.includes('se_block') ? new HostTensor(data, [...shape, 1, 1]) : tensor] as const;
  });
  expect(importPyTorchWeights({ model: each, tensors: Object.fromEntries(convolutions) })).toEqual(variables);

  const name = 'layer1.0.se_block.fc2.weight';
  const misshaped = { ...tensors, [name]: new HostTensor(tensors[name]!.data, [4, 1, 1]) };
  expect(() => importPyTorchWeights({ model: each, tensors: misshaped })).toThrow(
    `${name} is [4, 1, 1], expected [4, 1]`,
  );
});

test('batch counters are ignored', () => {
  const tensors = stateDict(model);
  const counted = { ...tensors, 'bn1.num_batches_tracked': HostTensor.scalar(7, 'int32') };
  expect(importPyTorchWeights({ model, tensors: counted })).toEqual(importPyTorchWeights({ model, tensors }));
});

test('everything that is wrong with a state dict is said at once', () => {
  const { 'conv1.weight': _removed, ...tensors } = stateDict(model);
  tensors['fc.bias'] = new HostTensor(new Float32Array(4), [4]);
  tensors['bn1.weight'] = new HostTensor(new Int32Array(2), [2]);
  tensors['layer4.0.conv1.weight'] = HostTensor.scalar(1);
  const attempt = (): unknown => importPyTorchWeights({ model, tensors });
  expect(attempt).toThrow(/missing conv1\.weight \[2, 3, 3, 3\]/);
  expect(attempt).toThrow(/fc\.bias is \[4\], expected \[5\]/);
  expect(attempt).toThrow(/bn1\.weight is int32/);
  expect(attempt).toThrow(/unknown layer4\.0\.conv1\.weight/);
});

test('a network of your own needs names for it', () => {
  const linear: Network = (layers, images) => layers.dense('head', layers.globalAveragePool(images), 2);
  const options = { name: 'own', inputShape: [2, 2, 1] as const, classes: 2, network: linear };
  expect(() => stateDict(networkModel(options))).toThrow(/'own' has no counterpart in PyTorch.*pyTorchNames/);
  const named = networkModel({ ...options, pyTorchNames: { own: (path) => path.replace('/', '.') } });
  expect(Object.keys(stateDict(named))).toEqual(['head.bias', 'head.kernel']);
});
