import { HostTensor, prngKey } from 'kd-core';
import { expect, test } from 'vitest';
import { exportPyTorchResnet, importPyTorchResnet } from './pytorch-state-dict.ts';
import { resnet } from './resnet.ts';

const model = resnet({ depth: 14, classes: 5, widths: [2, 3, 4, 5], inputShape: [8, 8, 3] });

test('a state dict has the names of the reference and comes back unchanged', () => {
  const variables = model.init(prngKey(3));
  const tensors = exportPyTorchResnet(variables);
  expect(tensors['layer1.0.downsample.0.weight']?.shape).toEqual([3, 2, 1, 1]);
  expect(tensors['conv1.weight']?.shape).toEqual([2, 3, 3, 3]);
  expect(tensors['fc.weight']?.shape).toEqual([5, 5]);
  expect(tensors['layer2.1.bn2.running_mean']?.shape).toEqual([4]);
  expect(tensors['layer3.0.downsample.1.running_var']?.shape).toEqual([5]);
  expect(importPyTorchResnet({ model, tensors })).toEqual(variables);
});

test('layouts are those of PyTorch', () => {
  const tensors = exportPyTorchResnet(model.init(prngKey(3)));
  const oihw = new Float32Array(54).map((_, index) => index);
  const { params } = importPyTorchResnet({
    model,
    tensors: { ...tensors, 'conv1.weight': new HostTensor(oihw, [2, 3, 3, 3]) },
  });
  const { kernel } = (params as never as { stem: { conv: { kernel: HostTensor } } }).stem.conv;
  expect(kernel.shape).toEqual([3, 3, 3, 2]);
  // Row 1, column 2, input channel 0, output channel 1 is 1 * 27 + 0 * 9 + 1 * 3 + 2 in OIHW.
  expect(kernel.data[1 * 18 + 2 * 6 + 0 * 2 + 1]).toBe(32);
});

test('batch counters are ignored', () => {
  const tensors = exportPyTorchResnet(model.init(prngKey(3)));
  const counted = { ...tensors, 'bn1.num_batches_tracked': HostTensor.scalar(7, 'int32') };
  expect(importPyTorchResnet({ model, tensors: counted })).toEqual(importPyTorchResnet({ model, tensors }));
});

test('everything that is wrong with a state dict is said at once', () => {
  const { 'conv1.weight': _removed, ...tensors } = exportPyTorchResnet(model.init(prngKey(3)));
  tensors['fc.bias'] = new HostTensor(new Float32Array(4), [4]);
  tensors['bn1.weight'] = new HostTensor(new Int32Array(2), [2]);
  tensors['layer4.0.conv1.weight'] = HostTensor.scalar(1);
  const attempt = (): unknown => importPyTorchResnet({ model, tensors });
  expect(attempt).toThrow(/missing conv1\.weight \[2, 3, 3, 3\]/);
  expect(attempt).toThrow(/fc\.bias is \[4\], expected \[5\]/);
  expect(attempt).toThrow(/bn1\.weight is int32/);
  expect(attempt).toThrow(/unknown layer4\.0\.conv1\.weight/);
});
