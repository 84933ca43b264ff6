import { KdError, prngKey } from 'kd-core';
import { describe, expect, test } from 'vitest';
import { createModel } from '../registry/registry.ts';
import { iresnet } from './iresnet.ts';

/** insightface arcface_torch at commit 7fadd420, and PocketNet's copy for 128, counted in PyTorch at 112x112x3. */
const REFERENCE = {
  iresnet18: { parameters: 24025088, frozenParameters: 512, macs: 2609954816 },
  iresnet34: { parameters: 34138816, frozenParameters: 512, macs: 4459642880 },
  iresnet50: { parameters: 43590336, frozenParameters: 512, macs: 6309330944 },
  iresnet100: { parameters: 65155648, frozenParameters: 512, macs: 12089606144 },
  'iresnet100-128': { parameters: 55521088, frozenParameters: 128, macs: 12079972352 },
} as const;

const THIN = {
  layers: [1, 2, 1, 1],
  widths: [2, 2, 3, 4, 5],
  embeddingSize: 6,
  inputShape: [32, 32, 3],
} as const;

describe('iresnet', () => {
  test.each(Object.entries(REFERENCE))('%s costs what the reference costs', (name, expected) => {
    expect(createModel(name, {}).summary()).toMatchObject(expected);
  });

  test.each([
    [18, 128, 14390656],
    [18, 256, 17602304],
    [34, 128, 24504384],
    [50, 256, 37167552],
  ] as const)('a depth of %s with an embedding of %s has %s parameters', (depth, embeddingSize, expected) => {
    const { parameters, frozenParameters } = iresnet({ depth, embeddingSize }).summary();
    expect(parameters + frozenParameters!).toBe(expected);
  });

  test('ends in its embedding, or in one cosine a class', () => {
    const backbone = iresnet(THIN);
    expect(backbone.classes).toBe(6);
    expect(backbone.summary().taps).toEqual({
      stem: [32, 32, 2],
      stage1: [16, 16, 2],
      stage2: [8, 8, 3],
      stage3: [4, 4, 4],
      stage4: [2, 2, 5],
      'embedding.prenorm': [6],
      embedding: [6],
      'embedding.normalized': [6],
    });
    const classifier = iresnet({ ...THIN, classes: 9 });
    expect(classifier.classes).toBe(9);
    expect(classifier.summary().parameters).toBe(backbone.summary().parameters + 6 * 9);
  });

  test('excitation adds two layers without biases to each block', () => {
    const widths = [16, 16, 32, 48, 64] as const;
    const plain = iresnet({ ...THIN, widths }).summary().parameters;
    const excited = iresnet({ ...THIN, widths, squeezeExcitation: true }).summary().parameters;
    // Hidden layers of 1, 2, 2, 3 and 4 units.
    expect(excited - plain).toBe(2 * (16 * 1 + 32 * 2 + 32 * 2 + 48 * 3 + 64 * 4));
  });

  test('starts like the reference: every convolution with a standard deviation of 0.1', () => {
    const { params } = iresnet({ ...THIN, widths: [64, 8, 8, 8, 8] }).init(prngKey(1));
    type Convolution = { readonly kernel: { readonly data: Float32Array } };
    const { stem, stage1 } = params as never as {
      stem: { conv: Convolution };
      stage1: { 0: { conv1: Convolution } };
    };
    for (const { kernel } of [stem.conv, stage1[0].conv1]) {
      const squares = kernel.data.reduce((sum, value) => sum + value * value, 0);
      expect(Math.sqrt(squares / kernel.data.length)).toBeCloseTo(0.1, 2);
    }
  });

  test.each([
    [{ depth: 20 }, /one of 18, 34, 50, 100, got 20/],
    [{}, /either depth or layers/],
    [{ depth: 18, layers: [1, 1, 1, 1] }, /either depth or layers/],
    [{ layers: [1, 1, 1] }, /layers must be 4 whole numbers.*got \[1, 1, 1\]/],
    [{ layers: [1, 0, 1, 1] }, /layers must be 4 whole numbers/],
    [{ depth: 18, widths: [8, 8, 8, 8] }, /widths must be 5 whole numbers/],
    [{ depth: 18, embeddingSize: 0 }, /embeddingSize must be a whole number of at least 1, got 0/],
    [{ depth: 18, classes: 0 }, /classes/],
    [{ depth: 18, inputShape: [112, 15, 3] }, /four times.*at least 16, got 112x15/],
  ])('refuses %o', (options, message) => {
    expect(() => iresnet(options as never)).toThrow(message);
    expect(() => iresnet(options as never)).toThrow(KdError);
  });
});
