import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors } from 'kd-core';
import { expect, test } from 'vitest';
import { exportPyTorchWeights, importPyTorchWeights } from '../network/pytorch-state-dict.ts';
import { createModel } from '../registry/registry.ts';

const teachers = join(process.env.KD_SHARED!, 'data', 'teachers');

test.each([
  ['cifar10-resnet20', 'resnet20-a'],
  ['cifar10-resnet20-jpeg', 'resnet20-a'],
  ['cifar10-resnet32', 'resnet32-a'],
  ['cifar10-resnet56', 'resnet56-a'],
  ['cifar10-resnet56-jpeg', 'resnet56-a'],
])('the third-party weights %s are those of %s', (file, name) => {
  const { tensors } = decodeSafetensors(readFileSync(join(teachers, `${file}.safetensors`)));
  const model = createModel(name, { classes: 10 });
  const variables = importPyTorchWeights({ model, tensors });
  const back = exportPyTorchWeights({ model, variables });
  expect(back['linear.weight']?.data).toEqual(tensors['linear.weight']!.data);
  expect(back['layer3.0.conv1.weight']?.data).toEqual(tensors['layer3.0.conv1.weight']!.data);
});
