import { describe, expect, test } from 'vitest';
import { createModel } from '../registry/registry.ts';

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
});
