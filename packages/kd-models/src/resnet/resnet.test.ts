import fc from 'fast-check';
import { KdError, prngKey, treeLeaves, treePaths } from 'kd-core';
import { describe, expect, test } from 'vitest';
import { createModel } from '../registry/registry.ts';
import { resnet } from './resnet.ts';

/** RepDistiller `models/resnet.py` at commit b84f547c at 100 classes and 32x32x3, counted in PyTorch. */
const REFERENCE = {
  resnet8: { parameters: 83892, stateElements: 672, macs: 12507392 },
  resnet14: { parameters: 181108, stateElements: 1120, macs: 26663168 },
  resnet20: { parameters: 278324, stateElements: 1568, macs: 40818944 },
  resnet32: { parameters: 472756, stateElements: 2464, macs: 69130496 },
  resnet44: { parameters: 667188, stateElements: 3360, macs: 97442048 },
  resnet56: { parameters: 861620, stateElements: 4256, macs: 125753600 },
  resnet110: { parameters: 1736564, stateElements: 8288, macs: 253155584 },
  resnet8x4: { parameters: 1233540, stateElements: 2752, macs: 177071104 },
  resnet32x4: { parameters: 7433860, stateElements: 9920, macs: 1083040768 },
} as const;

describe('resnet', () => {
  test.each(Object.entries(REFERENCE))('%s costs what the reference costs', (name, expected) => {
    expect(createModel(name, { classes: 100 }).summary()).toMatchObject(expected);
  });

  test('taps have the shapes of the reference', () => {
    const small = resnet({ depth: 8, classes: 100 }).summary().taps;
    expect(small).toEqual({
      stem: [32, 32, 16],
      stage1: [32, 32, 16],
      'stage1.preactivation': [32, 32, 16],
      stage2: [16, 16, 32],
      'stage2.preactivation': [16, 16, 32],
      stage3: [8, 8, 64],
      'stage3.preactivation': [8, 8, 64],
      pooled: [64],
      block1: [32, 32, 16],
      block2: [16, 16, 32],
      block3: [8, 8, 64],
    });
    expect(createModel('resnet8x4', { classes: 100 }).summary().taps).toMatchObject({
      stem: [32, 32, 32],
      stage1: [32, 32, 64],
      stage3: [8, 8, 256],
      pooled: [256],
    });
  });

  test('activations are counted layer by layer', () => {
    // One 4x4 map of the stem, then 1 + 6 layers of stage 1 (no downsampling), 8 of stages 2 and 3 each of
    // which one activation reads and seven follow: conv, norm, relu, conv, norm, conv, norm, add, relu.
    const { activationBytes } = resnet({
      depth: 8,
      classes: 3,
      widths: [1, 1, 1, 1],
      inputShape: [4, 4, 1],
    }).summary();
    const elements = 3 * 16 + 7 * 16 + 9 * 4 + 9 * 1 + 1 + 3;
    expect(activationBytes).toBe(4 * elements);
  });

  test('variables have readable names', () => {
    const { params, state } = resnet({ depth: 8, classes: 10, inputShape: [8, 8, 1] }).init(prngKey(1));
    expect(treePaths(params)).toEqual(
      expect.arrayContaining([
        'stem/conv/kernel',
        'stem/norm/scale',
        'stage1/0/norm1/offset',
        'stage2/0/downsample/conv/kernel',
        'classifier/bias',
      ]),
    );
    expect(treePaths(state)).toContain('stage3/0/downsample/norm/variance');
  });

  test('initialisation has the spread of the reference and depends on the key', () => {
    const model = resnet({ depth: 8, classes: 10 });
    const { params, state } = model.init(prngKey(7));
    const kernels = params as never as { stage3: { 0: { conv2: { kernel: { data: Float32Array } } } } };
    const { data } = kernels.stage3[0].conv2.kernel;
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
    expect(variance / (2 / (9 * 64))).toBeCloseTo(1, 1);
    const dense = (params as never as { classifier: { kernel: { data: Float32Array } } }).classifier.kernel;
    expect(Math.max(...dense.data.map(Math.abs))).toBeLessThanOrEqual(1 / 8);
    expect(Math.max(...dense.data.map(Math.abs))).toBeGreaterThan(0.95 / 8);
    expect(treeLeaves(state).some((leaf) => leaf.data.every((value) => value === 1))).toBe(true);
    expect(model.init(prngKey(7))).toEqual({ params, state });
    expect(model.init(prngKey(8))).not.toEqual({ params, state });
  });

  test('with padded shortcuts, only the classifier and the blocks have variables', () => {
    const model = resnet({ depth: 8, shortcut: 'padding', classes: 10 });
    expect(model.variables.filter(({ path }) => path.includes('downsample'))).toEqual([]);
    expect(model.name).toBe('resnet8-a');
    expect(Object.keys(model.pyTorchNames)).toEqual(['akamaster']);
    expect(model.pyTorchNames.akamaster!('classifier/kernel')).toBe('linear.weight');
    expect(model.pyTorchNames.akamaster!('stage2/0/norm1/mean')).toBe('layer2.0.bn1.running_mean');
  });

  test('with padded shortcuts, kernels start with the spread of the reference, by fan-in', () => {
    const model = resnet({ depth: 8, shortcut: 'padding', classes: 500 });
    const { params } = model.init(prngKey(7)) as never as { params: PaddedParams };
    const varianceOf = ({ data }: { data: Float32Array }): number =>
      data.reduce((sum, value) => sum + value * value, 0) / data.length;
    expect(varianceOf(params.stage3[0].conv1.kernel) / (2 / (9 * 32))).toBeCloseTo(1, 1);
    expect(varianceOf(params.classifier.kernel) / (2 / 64)).toBeCloseTo(1, 1);
    const largestBias = Math.max(...params.classifier.bias.data.map(Math.abs));
    expect(largestBias).toBeLessThanOrEqual(1 / 8);
    expect(largestBias).toBeGreaterThan(0.95 / 8);
  });

  test('bottlenecks give four times the width of their stage', () => {
    const model = resnet({ depth: 29, block: 'bottleneck', classes: 10 });
    expect(model.name).toBe('resnet29-bottleneck');
    expect(model.summary().taps).toMatchObject({
      stem: [32, 32, 16],
      stage1: [32, 32, 64],
      'stage3.preactivation': [8, 8, 256],
      pooled: [256],
    });
    const blocks = new Set(model.variables.map(({ path }) => /^stage1\/\d+/.exec(path)?.[0]));
    expect([...blocks].filter(Boolean)).toHaveLength(3);
  });

  test.each([
    [{ depth: 9, classes: 10 }, /6n \+ 2.*got 9/],
    [{ depth: 2, classes: 10 }, /6n \+ 2/],
    [{ depth: 14, block: 'bottleneck', classes: 10 }, /9n \+ 2.*11, 20, 29.*got 14/],
    [{ depth: 2, block: 'bottleneck', classes: 10 }, /9n \+ 2/],
    [{ depth: Number.POSITIVE_INFINITY, classes: 10 }, /6n \+ 2.*got Infinity/],
    [{ depth: 8, block: 'wide', classes: 10 }, /'basic' or 'bottleneck', got 'wide'/],
    [{ depth: 8, shortcut: 'crop', classes: 10 }, /'projection' or 'padding', got 'crop'/],
    [{ depth: 8, shortcut: 'padding', widths: [4, 4, 3, 8], classes: 10 }, /cannot take 4 channels to 3/],
    [{ depth: 8, classes: 0 }, /classes.*got 0/],
    [{ depth: 8, classes: 2.5 }, /classes/],
    [{ depth: 8, classes: 10, inputShape: [3, 8, 1] }, /at least 4, got 3x8/],
    [{ depth: 8, classes: 10, inputShape: [8, 8, 0] }, /inputShape/],
    [{ depth: 8, classes: 10, widthFactor: 0.3 }, /multiple of 1\/16, got 0.3/],
    [{ depth: 8, classes: 10, widthFactor: -1 }, /widthFactor/],
    [{ depth: 8, classes: 10, widthFactor: Number.NaN }, /widthFactor/],
    [{ depth: 8, classes: 10, widths: [1, 2, 3, 0] }, /widths/],
    [{ depth: 8, classes: 10, widthFactor: 1, widths: [1, 2, 3, 4] }, /not both/],
  ] as const)('refuses %o', (options, message) => {
    expect(() => resnet(options as never)).toThrow(message);
    expect(() => resnet(options as never)).toThrow(KdError);
  });

  test('every allowed image size keeps at least one pixel per tap', () => {
    const side = fc.integer({ min: 4, max: 65 });
    fc.assert(
      fc.property(side, side, (height, width) => {
        const { taps } = resnet({ depth: 8, classes: 2, inputShape: [height, width, 1] }).summary();
        expect(taps.stage3).toEqual([Math.ceil(height / 4), Math.ceil(width / 4), 64]);
      }),
    );
  });
});

interface Values {
  readonly data: Float32Array;
}
interface PaddedParams {
  readonly stage3: { readonly 0: { readonly conv1: { readonly kernel: Values } } };
  readonly classifier: { readonly kernel: Values; readonly bias: Values };
}
