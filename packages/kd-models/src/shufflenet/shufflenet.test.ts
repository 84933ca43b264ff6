import { type HostTensor, KdError, prngKey } from 'kd-core';
import { describe, expect, test } from 'vitest';
import { exportPyTorchWeights, importPyTorchWeights } from '../network/pytorch-state-dict.ts';
import { createModel } from '../registry/registry.ts';
import type { PerStage } from './shufflenet-options.ts';
import { shuffleNetV1 } from './shufflenet-v1.ts';
import { shuffleNetV2 } from './shufflenet-v2.ts';

/** Modules of RepDistiller at commit b84f547c and of SimKD (1.5) at 100 classes and 32x32x3, counted in PyTorch. */
const REFERENCE = {
  shufflenetv1: { parameters: 949258, stateElements: 23736, macs: 38691456 },
  shufflenetv2: { parameters: 1355528, stateElements: 16180, macs: 44504448 },
  'shufflenetv2-1.5': { parameters: 2580548 },
} as const;

describe('ShuffleNets', () => {
  test.each(Object.entries(REFERENCE))('%s costs what the reference costs', (name, expected) => {
    expect(createModel(name, { classes: 100 }).summary()).toMatchObject(expected);
  });

  test('taps have the shapes of the reference, stages their form before activation', () => {
    const stages = (widths: PerStage, pooled: number): object => ({
      stem: [32, 32, 24],
      ...Object.fromEntries(
        widths.flatMap((channels, index) => {
          const shape = [16 >> index, 16 >> index, channels];
          return [
            [`stage${index + 1}`, shape],
            [`stage${index + 1}.preactivation`, shape],
          ];
        }),
      ),
      pooled: [pooled],
    });
    const taps = (name: string): unknown =>
      Object.fromEntries(
        Object.entries(createModel(name, { classes: 100 }).summary().taps).filter(
          ([tap]) => !tap.startsWith('block'),
        ),
      );
    expect(taps('shufflenetv1')).toEqual(stages([240, 480, 960], 960));
    expect(taps('shufflenetv2')).toEqual({ ...stages([116, 232, 464], 1024), head: [4, 4, 1024] });
  });

  test.each([shuffleNetV1, shuffleNetV2])('%o: units are counted through the network', (create) => {
    const { taps } = create({ classes: 2 }).summary();
    const blocks = Object.keys(taps).filter((tap) => tap.startsWith('block'));
    expect(blocks).toEqual(Array.from({ length: 16 }, (_, index) => `block${index + 1}`));
    expect([taps.block4, taps.block12, taps.block16]).toEqual([taps.stage1, taps.stage2, taps.stage3]);
  });

  test('kernels start uniform in +-1/sqrt(fan-in), as those of the reference', () => {
    const { params } = createModel('shufflenetv2', { classes: 10 }).init(prngKey(2));
    const [{ pointwise2, depthwise }, head] = [
      (params as never as Params).stage3[2],
      (params as never as Params).head,
    ];
    expect(largest(pointwise2.conv.kernel)).toBeCloseTo(1 / Math.sqrt(232), 3);
    expect(largest(depthwise.conv.kernel)).toBeCloseTo(1 / 3, 3);
    expect(largest(head.conv.kernel)).toBeCloseTo(1 / Math.sqrt(464), 3);
    const grouped = createModel('shufflenetv1', { classes: 10 }).init(prngKey(2)).params as never as Params;
    expect(largest(grouped.stage3[2].pointwise2.conv.kernel)).toBeCloseTo(1 / Math.sqrt(80), 3);
  });

  test('every image size halves three times', () => {
    for (const model of [shuffleNetV1, shuffleNetV2]) {
      const { taps } = model({ classes: 2, inputShape: [9, 15, 1] }).summary();
      expect(taps.stage3?.slice(0, 2)).toEqual([2, 2]);
    }
  });

  test.each([
    [shuffleNetV1, { classes: 0 }, /classes.*got 0/],
    [shuffleNetV1, { classes: 2, inputShape: [8, 7, 3] }, /three times.*at least 8, got 8x7/],
    [shuffleNetV1, { classes: 2, groups: 4 }, /standard widths for 1, 2, 3 groups, got 4/],
    [
      shuffleNetV1,
      { classes: 2, groups: 4, widths: [272, 544, 1088] },
      /4 groups.*must divide its 62 channels in/,
    ],
    [shuffleNetV1, { classes: 2, groups: 3, widths: [25, 50, 100] }, /at least 4.*24/],
    [
      shuffleNetV1,
      { classes: 2, blocks: [1, 0, 1] },
      /blocks must be 3 whole positive numbers, got \[1, 0, 1\]/,
    ],
    [shuffleNetV1, { classes: 2, widths: [240, 480] }, /widths must be 3 whole positive/],
    [shuffleNetV2, { classes: 0 }, /classes.*got 0/],
    [shuffleNetV2, { classes: 2, inputShape: [7, 8, 3] }, /three times.*at least 8, got 7x8/],
    [shuffleNetV2, { classes: 2, sizeFactor: 0.7 }, /sizeFactor must be 0.5, 1, 1.5 or 2, got 0.7/],
    [shuffleNetV2, { classes: 2, sizeFactor: 1, widths: [4, 8, 16, 32] }, /sizeFactor or widths, not both/],
    [shuffleNetV2, { classes: 2, widths: [4, 7, 16, 32] }, /even number.*got 7/],
    [shuffleNetV2, { classes: 2, widths: [4, 8, 16] }, /widths must be 4 whole positive/],
    [shuffleNetV2, { classes: 2, blocks: [3, 7, 0] }, /blocks must be 3 whole positive/],
  ] as const)('%o refuses %o', (create, options, message) => {
    const attempt = (): unknown => (create as (options: unknown) => unknown)(options);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(KdError);
  });

  test('names give groups and size factors', () => {
    expect(createModel('shufflenetv2-2.0', { classes: 3 }).summary().taps.stage3).toEqual([4, 4, 976]);
    expect(createModel('shufflenetv1-g1', { classes: 3 }).summary().taps.stage3).toEqual([4, 4, 576]);
    expect(() => createModel('shufflenetv2-0.7', { classes: 3 })).toThrow(/sizeFactor must be/);
  });

  test.each([
    shuffleNetV1({ classes: 3, widths: [36, 72, 144], inputShape: [8, 8, 1] }),
    shuffleNetV2({ classes: 3, widths: [4, 6, 8, 10], inputShape: [8, 8, 1] }),
  ])('state dicts come back unchanged: %o', (model) => {
    const variables = model.init(prngKey(4));
    const tensors = exportPyTorchWeights({ model, variables });
    expect(Object.keys(tensors)).toHaveLength(model.variables.length);
    expect(importPyTorchWeights({ model, tensors })).toEqual(variables);
  });
});

type Kernel = { conv: { kernel: HostTensor } };
interface Params {
  readonly stage3: Readonly<Record<number, { pointwise2: Kernel; depthwise: Kernel }>> & {
    2: { pointwise2: Kernel; depthwise: Kernel };
  };
  readonly head: Kernel;
}

function largest({ data }: HostTensor): number {
  return Array.from(data).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
}
