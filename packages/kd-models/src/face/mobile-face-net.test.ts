import { KdError } from 'kd-core';
import { describe, expect, test } from 'vitest';
import { createModel } from '../registry/registry.ts';
import { mobileFaceNet } from './mobile-face-net.ts';

describe('mobileFaceNet', () => {
  test.each([
    // InsightFace_Pytorch's MobileFaceNet, and arcface_torch's get_mbf and get_mbf_large.
    ['mobilefacenet', 1200512],
    ['mobilefacenet-128', 1003136],
    ['mbf', 2059520],
    ['mbf-large', 6314880],
  ])('%s has the %s parameters of the reference', (name, parameters) => {
    expect(createModel(name, {}).summary()).toMatchObject({ parameters, frozenParameters: 0 });
  });

  test('halves the image four times and weighs each place of the last map', () => {
    const model = mobileFaceNet({ embeddingSize: 8, inputShape: [48, 32, 1], classes: 3 });
    expect(model.summary().taps).toEqual({
      stem: [24, 16, 64],
      stage1: [24, 16, 64],
      stage2: [12, 8, 64],
      stage3: [6, 4, 128],
      stage4: [3, 2, 128],
      'embedding.prenorm': [8],
      embedding: [8],
      'embedding.normalized': [8],
    });
    const global = model.variables.find(({ path }) => path === 'global/conv/kernel');
    expect(global?.shape).toEqual([3, 2, 512, 1]);
    expect(model.classes).toBe(3);
  });

  test('has the names of two implementations', () => {
    const { pyTorchNames, variables } = mobileFaceNet();
    const namesOf = (convention: string): string[] =>
      variables.map(({ path }) => pyTorchNames[convention]!(path));
    for (const convention of ['insightface', 'insightface-pytorch']) {
      expect(new Set(namesOf(convention)).size).toBe(variables.length);
      expect(namesOf(convention).filter((name) => name.includes('undefined'))).toEqual([]);
    }
    expect(namesOf('insightface')).toEqual(
      expect.arrayContaining([
        'layers.0.layers.0.weight',
        'layers.1.layers.2.weight',
        'layers.2.layers.0.layers.1.running_mean',
        'layers.3.layers.3.layers.1.layers.0.weight',
        'layers.6.layers.2.layers.1.bias',
        'layers.7.layers.1.layers.2.layers.0.weight',
        'conv_sep.layers.2.weight',
        'features.layers.0.layers.0.weight',
        'features.layers.2.weight',
        'features.layers.3.running_var',
      ]),
    );
    expect(namesOf('insightface-pytorch')).toEqual(
      expect.arrayContaining([
        'conv1.prelu.weight',
        'conv2_dw.conv.weight',
        'conv_23.conv.conv.weight',
        'conv_3.model.3.conv_dw.bn.bias',
        'conv_45.project.bn.running_var',
        'conv_5.model.1.project.conv.weight',
        'conv_6_sep.conv.weight',
        'conv_6_dw.bn.weight',
        'linear.weight',
        'bn.weight',
      ]),
    );
  });

  test.each([
    [{ scale: 0 }, /scale must be a whole number of at least 1, got 0/],
    [{ scale: 1.5 }, /scale must be a whole number/],
    [{ blocks: [1, 4, 6] }, /blocks must be 4 whole numbers.*one a stage/],
    [{ embeddingSize: 2.5 }, /embeddingSize must be a whole number of at least 1, got 2.5/],
    [{ classes: 0 }, /classes/],
    [{ inputShape: [8, 32, 3] }, /four times.*at least 16, got 8x32/],
  ])('refuses %o', (options, message) => {
    expect(() => mobileFaceNet(options as never)).toThrow(message);
    expect(() => mobileFaceNet(options as never)).toThrow(KdError);
  });
});
