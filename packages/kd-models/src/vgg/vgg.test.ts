import { KdError, prngKey } from 'kd-core';
import { describe, expect, test } from 'vitest';
import { createModel } from '../registry/registry.ts';
import { vgg } from './vgg.ts';

/** RepDistiller `models/vgg.py` at commit b84f547c at 100 classes and 32x32x3, counted in PyTorch. */
const REFERENCE = {
  vgg8: { parameters: 3965028, stateElements: 2944, macs: 96192512 },
  vgg11: { parameters: 9277284, stateElements: 5504, macs: 209438720 },
  vgg13: { parameters: 9462180, stateElements: 5888, macs: 284936192 },
  vgg16: { parameters: 14774436, stateElements: 8448, macs: 398182400 },
  vgg19: { parameters: 20086692, stateElements: 11008, macs: 511428608 },
} as const;

const THIN = [[2], [3], [4], [5], [6]] as const;

describe('vgg', () => {
  test.each(Object.entries(REFERENCE))('%s costs what the reference costs', (name, expected) => {
    expect(createModel(name, { classes: 100 }).summary()).toMatchObject(expected);
  });

  test('taps have the shapes of the reference', () => {
    expect(createModel('vgg8', { classes: 100 }).summary().taps).toEqual({
      stem: [32, 32, 64],
      stage1: [16, 16, 128],
      'stage1.preactivation': [16, 16, 128],
      stage2: [8, 8, 256],
      'stage2.preactivation': [8, 8, 256],
      stage3: [4, 4, 512],
      'stage3.preactivation': [4, 4, 512],
      stage4: [4, 4, 512],
      'stage4.preactivation': [4, 4, 512],
      pooled: [512],
      block1: [32, 32, 64],
      block2: [16, 16, 128],
      block3: [8, 8, 256],
      block4: [4, 4, 512],
      block5: [4, 4, 512],
    });
  });

  test('blocks are convolutions, counted through the network', () => {
    const { taps } = vgg({ depth: 13, classes: 2 }).summary();
    const blocks = Object.keys(taps).filter((tap) => tap.startsWith('block'));
    expect(blocks).toEqual(Array.from({ length: 10 }, (_, index) => `block${index + 1}`));
    expect([taps.block2, taps.block3]).toEqual([taps.stem, taps.stage1]);
  });

  test('images 64 pixels high are halved once more', () => {
    const { taps } = vgg({ widths: THIN, classes: 3, inputShape: [64, 32, 3] }).summary();
    expect(taps.stage3).toEqual([8, 4, 5]);
    expect(taps.stage4).toEqual([4, 2, 6]);
  });

  test('starts like the reference: small random classifier, no bias anywhere', () => {
    const { params } = vgg({ widths: THIN, classes: 1000, inputShape: [8, 8, 3] }).init(prngKey(1));
    type Variables = { kernel: { data: Float32Array }; bias: { data: Float32Array } };
    const { classifier, stem } = params as never as {
      classifier: Variables;
      stem: { 0: { conv: Variables } };
    };
    const { data } = classifier.kernel;
    const deviation = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
    expect(deviation).toBeCloseTo(0.01, 3);
    expect([...classifier.bias.data, ...stem[0].conv.bias.data].every((value) => value === 0)).toBe(true);
  });

  test.each([
    [{ depth: 9, classes: 10 }, /one of 8, 11, 13, 16, 19, got 9/],
    [{ classes: 10 }, /either depth or widths/],
    [{ depth: 8, widths: THIN, classes: 10 }, /either depth or widths/],
    [{ widths: [[1], [1], [1], [1]], classes: 10 }, /five lists/],
    [{ widths: [[1], [1], [1], [1], []], classes: 10 }, /five lists/],
    [{ widths: [[1], [1], [1], [1], [0]], classes: 10 }, /five lists/],
    [{ depth: 8, classes: 1.5 }, /classes/],
    [{ depth: 8, classes: 10, inputShape: [7, 8, 3] }, /3 times.*at least 8, got 7x8/],
    [{ depth: 8, classes: 10, inputShape: [64, 8, 3] }, /4 times.*at least 16, got 64x8/],
  ])('refuses %o', (options, message) => {
    expect(() => vgg(options as never)).toThrow(message);
    expect(() => vgg(options as never)).toThrow(KdError);
  });
});
