import { openAsBlob, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, type HostTensor, type ModelVariables, sizeOf } from 'kd-core';
import { expect, test } from 'vitest';
import type { NetworkModel } from '../network/network-model.ts';
import { exportPyTorchWeights } from '../network/pytorch-state-dict.ts';
import { createModel } from '../registry/registry.ts';
import { loadWeights } from './load-weights.ts';

const shared = process.env.KD_SHARED!;

test.each([
  ['data/teachers/cifar10-resnet20', 'resnet20-a', 10, 'akamaster'],
  ['data/teachers/cifar10-resnet32', 'resnet32-a', 10, 'akamaster'],
  ['data/teachers/cifar10-resnet56-jpeg', 'resnet56-a', 10, 'akamaster'],
  ['golden/models/resnet8', 'resnet8', 100, 'repdistiller'],
  ['golden/models/wrn_16_1', 'wrn-16-1', 100, 'repdistiller'],
])('the weights of others are loaded by their names: %s', async (file, name, classes, convention) => {
  const path = join(shared, `${file}.safetensors`);
  const model: NetworkModel = createModel(name, { classes });
  const variables: ModelVariables<HostTensor> = await loadWeights({ model, source: await openAsBlob(path) });
  const { tensors } = decodeSafetensors(readFileSync(path));
  const back = exportPyTorchWeights({ model, variables, convention });
  for (const [key, tensor] of Object.entries(back)) expect(tensor).toEqual(tensors[key]);
  const elements = Object.entries(tensors).reduce(
    (sum, [key, { shape }]) => sum + (key.endsWith('num_batches_tracked') ? 0 : sizeOf(shape)),
    0,
  );
  expect(Object.values(back).reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(elements);
});
