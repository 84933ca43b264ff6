import { KdError } from 'kd-core';
import { describe, expect, test } from 'vitest';
import { createModel } from '../registry/registry.ts';
import { wideResnet } from './wide-resnet.ts';

/** RepDistiller `models/wrn.py` at commit b84f547c at 100 classes and 32x32x3, counted in PyTorch. */
const REFERENCE = {
  'wrn-16-1': { parameters: 180916, stateElements: 928, macs: 26663168 },
  'wrn-16-2': { parameters: 703284, stateElements: 1824, macs: 101118464 },
  'wrn-40-1': { parameters: 569780, stateElements: 2720, macs: 83286272 },
  'wrn-40-2': { parameters: 2255156, stateElements: 5408, macs: 327610880 },
} as const;

describe('wideResnet', () => {
  test.each(Object.entries(REFERENCE))('%s costs what the reference costs', (name, expected) => {
    expect(createModel(name, { classes: 100 }).summary()).toMatchObject(expected);
  });

  test('taps have the shapes of the reference', () => {
    expect(wideResnet({ depth: 16, widenFactor: 2, classes: 100 }).summary().taps).toEqual({
      stem: [32, 32, 16],
      stage1: [32, 32, 32],
      'stage1.preactivation': [32, 32, 32],
      stage2: [16, 16, 64],
      'stage2.preactivation': [16, 16, 64],
      stage3: [8, 8, 128],
      'stage3.preactivation': [8, 8, 128],
      pooled: [128],
      block1: [32, 32, 32],
      block2: [32, 32, 32],
      block3: [16, 16, 64],
      block4: [16, 16, 64],
      block5: [8, 8, 128],
      block6: [8, 8, 128],
    });
  });

  test('has a shortcut only where channels change', () => {
    const shortcuts = (widenFactor: number): readonly string[] =>
      wideResnet({ depth: 16, widenFactor, classes: 10 })
        .variables.map(({ path }) => path)
        .filter((path) => path.includes('shortcut'));
    expect(shortcuts(1)).toEqual(['stage2/0/shortcut/kernel', 'stage3/0/shortcut/kernel']);
    expect(shortcuts(2)).toHaveLength(3);
  });

  test.each([
    [{ depth: 20, widenFactor: 1, classes: 10 }, /6n \+ 4.*got 20/],
    [{ depth: 4, widenFactor: 1, classes: 10 }, /6n \+ 4/],
    [{ depth: 16, widenFactor: 0, classes: 10 }, /widenFactor.*got 0/],
    [{ depth: 16, widenFactor: 1.5, classes: 10 }, /widenFactor/],
    [{ depth: 16, widenFactor: 1, classes: 0 }, /classes.*got 0/],
    [{ depth: 16, widenFactor: 1, classes: 10, inputShape: [32, 3, 3] }, /at least 4, got 32x3/],
  ] as const)('refuses %o', (options, message) => {
    expect(() => wideResnet(options)).toThrow(message);
    expect(() => wideResnet(options)).toThrow(KdError);
  });
});
