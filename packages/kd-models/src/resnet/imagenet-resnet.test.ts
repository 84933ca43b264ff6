import fc from 'fast-check';
import { KdError, prngKey } from 'kd-core';
import { describe, expect, test } from 'vitest';
import { createModel } from '../registry/registry.ts';
import { imagenetResnet } from './imagenet-resnet.ts';

describe('imagenetResnet', () => {
  /** `num_params` in torchvision's weights, and RepDistiller's `resnetv2.py` at 100 classes. */
  test.each([
    ['resnet18', 1000, 11689512],
    ['resnet34', 1000, 21797672],
    ['resnet50', 1000, 25557032],
    ['resnet101', 1000, 44549160],
    ['resnet152', 1000, 60192808],
    ['resnet18-cifar', 100, 11220132],
    ['resnet34-cifar', 100, 21328292],
    ['resnet50-cifar', 100, 23705252],
  ])('%s has the published number of parameters', (name, classes, parameters) => {
    expect(createModel(name, { classes }).summary().parameters).toBe(parameters);
  });

  test('says what differs from the standard network in its name', () => {
    expect(imagenetResnet({ depth: 34, classes: 2 }).name).toBe('resnet34');
    expect(imagenetResnet({ depth: 34, stem: 'cifar', widthFactor: 0.5, classes: 2 }).name).toBe(
      'resnet34-cifar-32-32-64-128-256',
    );
  });

  test('calls its variables as torchvision does, and with the small stem as RepDistiller does', () => {
    const names = (stem: 'imagenet' | 'cifar', convention: string): readonly string[] => {
      const model = imagenetResnet({ depth: 18, stem, classes: 2 });
      return model.variables.map(({ path }) => model.pyTorchNames[convention]!(path));
    };
    const torchvision = ['conv1.weight', 'layer2.0.downsample.0.weight', 'layer4.1.bn2.bias', 'fc.weight'];
    expect(names('imagenet', 'torchvision')).toEqual(expect.arrayContaining(torchvision));
    expect(names('cifar', 'torchvision')).toEqual(expect.arrayContaining(torchvision));
    const repDistiller = ['layer2.0.shortcut.0.weight', 'layer2.0.shortcut.1.running_var', 'linear.bias'];
    expect(names('cifar', 'repdistiller')).toEqual(expect.arrayContaining(repDistiller));
  });

  test.each([
    ['imagenet', 5],
    ['cifar', 3],
  ] as const)(
    'with the stem %s, every image large enough is halved %i times, rounding up',
    (stem, halvings) => {
      const side = fc.integer({ min: 2 ** halvings, max: 300 });
      const halved = (length: number): number => Math.ceil(length / 2 ** halvings);
      fc.assert(
        fc.property(side, side, (height, width) => {
          const { taps } = imagenetResnet({
            depth: 18,
            stem,
            classes: 2,
            inputShape: [height, width, 1],
          }).summary();
          expect(taps.stage4).toEqual([halved(height), halved(width), 512]);
        }),
      );
    },
  );

  test('starts as the reference: kernels by fan-out, scales 1, the classifier within 1/sqrt(features)', () => {
    const model = imagenetResnet({ depth: 18, stem: 'cifar', classes: 100 });
    const { params } = model.init(prngKey(3)) as never as { params: Params };
    const { kernel } = params.stage3[0].conv1;
    const variance = kernel.data.reduce((sum, value) => sum + value * value, 0) / kernel.data.length;
    expect(variance / (2 / (9 * 256))).toBeCloseTo(1, 1);
    expect(params.stage3[0].norm2.scale.data.every((value) => value === 1)).toBe(true);
    const largest = params.classifier.kernel.data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(512));
    expect(largest).toBeGreaterThan(0.99 / Math.sqrt(512));
  });

  test.each([
    [{ depth: 20, classes: 10 }, /one of 18, 34, 50, 101, 152, got 20/],
    [{ depth: 18, classes: 0 }, /classes.*got 0/],
    [{ depth: 18, classes: 10, stem: 'large' }, /'imagenet' or 'cifar', got 'large'/],
    [{ depth: 18, classes: 10, inputShape: [224, 31, 3] }, /5 times.*at least 32, got 224x31/],
    [{ depth: 18, classes: 10, stem: 'cifar', inputShape: [7, 8, 3] }, /3 times.*at least 8, got 7x8/],
    [{ depth: 18, classes: 10, widthFactor: 0.01 }, /multiple of 1\/64, got 0.01/],
    [{ depth: 18, classes: 10, widths: [1, 2, 3, 4] }, /5 whole positive numbers \(stem and 4 stages\)/],
    [{ depth: 18, classes: 10, widthFactor: 1, widths: [1, 2, 3, 4, 5] }, /not both/],
  ])('refuses %o', (options, message) => {
    expect(() => imagenetResnet(options as never)).toThrow(message);
    expect(() => imagenetResnet(options as never)).toThrow(KdError);
  });
});

interface Values {
  readonly data: Float32Array;
}
interface Params {
  readonly stage3: { readonly 0: { conv1: { kernel: Values }; norm2: { scale: Values } } };
  readonly classifier: { readonly kernel: Values };
}
