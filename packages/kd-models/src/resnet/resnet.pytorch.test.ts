import { createTfjsBackend } from 'kd-backend-tfjs';
import type { Backend } from 'kd-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { NetworkModel } from '../network/network-model.ts';
import { createModel } from '../registry/registry.ts';
import { expectForward } from '../testing/expect-forward.ts';
import { costOf, readReference } from '../testing/pytorch-fixture.ts';
import { imagenetResnet } from './imagenet-resnet.ts';
import { resnet } from './resnet.ts';

const { costs, forward } = readReference();

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const classes = 5;
const thin: Readonly<Record<string, () => NetworkModel>> = {
  'resnet11-bottleneck': () =>
    resnet({ depth: 11, block: 'bottleneck', widths: [4, 4, 6, 8], classes, inputShape: [16, 12, 3] }),
  'resnet20-bottleneck': () =>
    resnet({ depth: 20, block: 'bottleneck', widths: [16, 4, 4, 5], classes, inputShape: [9, 8, 3] }),
  'resnet14-a': () =>
    resnet({ depth: 14, shortcut: 'padding', widths: [4, 4, 8, 16], classes, inputShape: [16, 13, 3] }),
  'resnet8-a-odd': () =>
    resnet({ depth: 8, shortcut: 'padding', widths: [2, 3, 6, 9], classes, inputShape: [8, 8, 3] }),
  resnet18: () => imagenetResnet({ depth: 18, widths: [4, 4, 6, 8, 10], classes, inputShape: [44, 37, 3] }),
  resnet50: () => imagenetResnet({ depth: 50, widths: [4, 2, 3, 4, 5], classes, inputShape: [40, 33, 3] }),
  'resnet18-cifar': () =>
    imagenetResnet({
      depth: 18,
      stem: 'cifar',
      widths: [4, 4, 6, 8, 10],
      classes,
      inputShape: [16, 11, 3],
    }),
};

describe('ResNets equal those of PyTorch', () => {
  test.each(Object.keys(costs).filter((name) => name.startsWith('resnet')))('in cost: %s', (name) => {
    const want = costs[name]!;
    expect(costOf(createModel(name, { classes: want.classes }))).toEqual(want);
  });

  test.each(Object.entries(thin))('in logits, taps and gradients: %s', async (name, create) => {
    await expectForward(backend, create(), forward[name]!);
  });
});
