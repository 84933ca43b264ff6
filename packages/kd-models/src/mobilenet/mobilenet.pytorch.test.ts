import { createTfjsBackend } from 'kd-backend-tfjs';
import type { Backend } from 'kd-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { NetworkModel } from '../network/network-model.ts';
import { createModel } from '../registry/registry.ts';
import { expectForward } from '../testing/expect-forward.ts';
import { costOf, readReference } from '../testing/pytorch-fixture.ts';
import { mobileNetV1 } from './mobilenet-v1.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';

const { costs, forward } = readReference();

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const classes = 5;
const thin: Readonly<Record<string, () => NetworkModel>> = {
  mobilenetv1: () => mobileNetV1({ widthMultiplier: 0.125, classes, inputShape: [45, 40, 3] }),
  mobilenetv2: () => mobileNetV2({ widthMultiplier: 0.35, classes, inputShape: [45, 40, 3] }),
  'mobilenetv2-narrow': () =>
    mobileNetV2({ widthMultiplier: 0.25, expansion: 1, classes, inputShape: [32, 32, 3] }),
  'mobilenetv2-cifar': () =>
    mobileNetV2({ variant: 'cifar', widthMultiplier: 0.25, expansion: 3, classes, inputShape: [21, 16, 3] }),
};

describe('MobileNets equal those of PyTorch', () => {
  test.each(Object.keys(costs).filter((name) => name.startsWith('mobilenet')))('in cost: %s', (name) => {
    const want = costs[name]!;
    expect(costOf(createModel(name, { classes: want.classes }))).toEqual(want);
  });

  test.each(Object.entries(thin))('in logits, taps and gradients: %s', async (name, create) => {
    await expectForward(backend, create(), forward[name]!);
  });
});
