import fc from 'fast-check';
import { type HostTensor, KdError, prngKey, treePaths } from 'kd-core';
import { describe, expect, test } from 'vitest';
import { exportPyTorchWeights, importPyTorchWeights } from '../network/pytorch-state-dict.ts';
import { createModel } from '../registry/registry.ts';
import { mobileNetV1 } from './mobilenet-v1.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { roundToEight } from './scaled-widths.ts';

describe('MobileNets', () => {
  /** V1: pytorchcv `mobilenet_w1`, `wd2`, `wd4`. V2: `num_params` in torchvision's weights; RepDistiller `mobile_half`. */
  test.each([
    ['mobilenetv1', 1000, 4231976],
    ['mobilenetv1-0.5', 1000, 1331592],
    ['mobilenetv1-0.25', 1000, 470072],
    ['mobilenetv2', 1000, 3504872],
    ['mobilenetv2-half', 100, 812836],
  ])('%s has the published number of parameters', (name, classes, parameters) => {
    expect(createModel(name, { classes }).summary().parameters).toBe(parameters);
  });

  test('taps of the half variant have the shapes of the reference', () => {
    const { taps } = createModel('mobilenetv2-half', { classes: 100 }).summary();
    expect(taps).toMatchObject({
      stem: [16, 16, 16],
      stage1: [16, 16, 12],
      stage2: [8, 8, 16],
      stage3: [4, 4, 48],
      stage4: [2, 2, 160],
      pooled: [1280],
      block1: [16, 16, 8],
      block17: [2, 2, 160],
    });
    expect(Object.keys(taps).filter((tap) => tap.startsWith('block'))).toHaveLength(17);
  });

  test('names say what is not standard', () => {
    expect(mobileNetV1({ classes: 2, widthMultiplier: 0.75 }).name).toBe('mobilenetv1-0.75');
    expect(mobileNetV2({ classes: 2, widthMultiplier: 1.4 }).name).toBe('mobilenetv2-1.4');
    expect(mobileNetV2({ classes: 2, variant: 'cifar', widthMultiplier: 0.5 }).name).toBe('mobilenetv2-half');
    expect(mobileNetV2({ classes: 2, variant: 'cifar', widthMultiplier: 0.25, expansion: 2 }).name).toBe(
      'mobilenetv2-cifar-0.25-t2',
    );
    expect(createModel('mobilenetv2-0.75', { classes: 2 }).name).toBe('mobilenetv2-0.75');
  });

  test('widths are multiples of 8, within a tenth below and at least 8', () => {
    expect([4, 11.2, 12, 16.8, 22.4, 44.8].map(roundToEight)).toEqual([8, 16, 16, 16, 24, 48]);
    fc.assert(
      fc.property(fc.double({ min: 8, max: 4000, noNaN: true }), (width) => {
        const rounded = roundToEight(width);
        expect(rounded % 8).toBe(0);
        expect(rounded).toBeGreaterThanOrEqual(0.9 * width);
        expect(rounded).toBeLessThan(width + 8);
      }),
    );
  });

  test.each([
    [mobileNetV1, 5],
    [mobileNetV2, 5],
    [(options: Parameters<typeof mobileNetV2>[0]) => mobileNetV2({ ...options, variant: 'cifar' }), 4],
  ] as const)('every image large enough is halved, rounding up', (create, halvings) => {
    const side = fc.integer({ min: 2 ** halvings, max: 300 });
    const halved = (length: number): number => Math.ceil(length / 2 ** halvings);
    fc.assert(
      fc.property(side, side, (height, width) => {
        const { taps } = create({ classes: 2, inputShape: [height, width, 1] }).summary();
        expect(taps.stage4?.slice(0, 2)).toEqual([halved(height), halved(width)]);
      }),
    );
  });

  test('only the variant of distillation papers expands in its first block', () => {
    const inFirstBlock = (variant: 'imagenet' | 'cifar'): readonly string[] =>
      treePaths(mobileNetV2({ classes: 2, variant }).init(prngKey(1)).params).filter((path) =>
        path.startsWith('group0/'),
      );
    expect(inFirstBlock('imagenet')).not.toContain('group0/0/expansion/conv/kernel');
    expect(inFirstBlock('cifar')).toContain('group0/0/expansion/conv/kernel');
  });

  test('start with the spread of their references', () => {
    const { params } = mobileNetV2({ classes: 100 }).init(prngKey(2)) as never as { params: ParamsV2 };
    expect(deviation(params.group6[0].depthwise.conv.kernel)).toBeCloseTo(Math.sqrt(2 / (9 * 960)), 3);
    expect(deviation(params.head.conv.kernel)).toBeCloseTo(Math.sqrt(2 / 1280), 3);
    expect(deviation(params.classifier.kernel)).toBeCloseTo(0.01, 3);
    expect(deviation(params.classifier.bias)).toBe(0);

    const first = mobileNetV1({ classes: 100 }).init(prngKey(2)) as never as { params: ParamsV1 };
    const { pointwise, depthwise } = first.params.stage4[1];
    expect(largest(pointwise.conv.kernel)).toBeCloseTo(1 / Math.sqrt(1024), 4);
    expect(largest(depthwise.conv.kernel)).toBeCloseTo(1 / 3, 3);
  });

  test.each([
    mobileNetV1({ classes: 3, widthMultiplier: 0.0625, inputShape: [32, 32, 1] }),
    mobileNetV2({ classes: 3, widthMultiplier: 0.1, inputShape: [32, 32, 1] }),
    mobileNetV2({ classes: 3, widthMultiplier: 0.1, expansion: 1, inputShape: [32, 32, 1] }),
    mobileNetV2({ classes: 3, variant: 'cifar', widthMultiplier: 0.1, inputShape: [16, 16, 1] }),
  ])('state dicts come back unchanged: %o', (model) => {
    const variables = model.init(prngKey(4));
    const tensors = exportPyTorchWeights({ model, variables });
    expect(Object.keys(tensors)).toHaveLength(model.variables.length);
    expect(importPyTorchWeights({ model, tensors })).toEqual(variables);
  });

  test.each([
    [mobileNetV1, { classes: 0 }, /classes.*got 0/],
    [mobileNetV1, { classes: 2, widthMultiplier: 0.03 }, /at least 1\/32.*got 0.03/],
    [mobileNetV1, { classes: 2, widthMultiplier: Number.POSITIVE_INFINITY }, /widthMultiplier.*got Infinity/],
    [mobileNetV1, { classes: 2, inputShape: [224, 31, 3] }, /5 times.*at least 32, got 224x31/],
    [mobileNetV2, { classes: 1.5 }, /classes.*got 1.5/],
    [mobileNetV2, { classes: 2, variant: 'half' }, /'imagenet' or 'cifar', got 'half'/],
    [mobileNetV2, { classes: 2, widthMultiplier: 0 }, /at least 1\/16.*got 0/],
    [mobileNetV2, { classes: 2, widthMultiplier: Number.NaN }, /widthMultiplier.*got NaN/],
    [mobileNetV2, { classes: 2, expansion: 0 }, /expansion must be a whole number of at least 1, got 0/],
    [mobileNetV2, { classes: 2, expansion: 1.5 }, /expansion.*got 1.5/],
    [mobileNetV2, { classes: 2, inputShape: [31, 32, 3] }, /5 times.*at least 32, got 31x32/],
    [
      mobileNetV2,
      { classes: 2, variant: 'cifar', inputShape: [16, 15, 3] },
      /4 times.*at least 16, got 16x15/,
    ],
  ] as const)('%o refuses %o', (create, options, message) => {
    const attempt = (): unknown => (create as (options: unknown) => unknown)(options);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(KdError);
  });
});

type Unit = { conv: { kernel: HostTensor } };
interface ParamsV1 {
  readonly stage4: { readonly 1: { pointwise: Unit; depthwise: Unit } };
}
interface ParamsV2 {
  readonly group6: { readonly 0: { depthwise: Unit } };
  readonly head: Unit;
  readonly classifier: { kernel: HostTensor; bias: HostTensor };
}

function deviation({ data }: HostTensor): number {
  return Math.sqrt(Array.from(data).reduce((sum, value) => sum + value * value, 0) / data.length);
}

function largest({ data }: HostTensor): number {
  return Array.from(data).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
}
