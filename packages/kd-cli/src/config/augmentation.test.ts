import { KdError } from 'kd-core';
import { describe, expect, it } from 'vitest';
import type { AugmentationConfig, ViewConfig } from './augmentation-config.ts';
import { buildMixing, buildTransforms } from './build-augmentation.ts';
import { type DistillConfig, defineConfig } from './config.ts';
import type { ConfigProblem } from './describe-issues.ts';
import { checkConfig } from './load-config.ts';

const good: DistillConfig = defineConfig({
  dataset: { name: 'digits' },
  teacher: { model: 'resnet20', training: { epochs: 2 } },
  student: { model: 'resnet8' },
  method: [{ name: 'crossEntropy' }],
  learningRate: 0.1,
  epochs: 3,
  output: 'out',
});

function problemsOf(change: object): string[] {
  try {
    checkConfig({ ...good, ...change }, { source: 'kd.json', folder: '/configs' });
  } catch (error) {
    if (!KdError.isInstance(error)) throw error;
    return (error.details.problems as ConfigProblem[]).map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

const everything: AugmentationConfig = {
  randomResizedCrop: { scale: [0.5, 1] },
  flip: 0.5,
  colorJitter: { brightness: 0.4, hue: 0.1 },
  policy: { name: 'randAugment', operations: 3, magnitude: 14, interpolation: 'bilinear' },
  cutout: 8,
  erasing: { probability: 0.25, fill: 0 },
  mixup: { alpha: 0.2 },
  cutMix: true,
};

describe('an augmentation', () => {
  it('becomes transforms in the order of its keys, of the size of the images', () => {
    const specs = buildTransforms(everything, [24, 32, 3]).map(({ spec }) => spec);
    expect(specs).toMatchObject([
      { name: 'randomResizedCrop', options: { size: [24, 32], scale: [0.5, 1] } },
      { name: 'randomHorizontalFlip', options: { probability: 0.5 } },
      { name: 'colorJitter', options: { brightness: 0.4, contrast: 0, hue: 0.1 } },
      { name: 'randAugment', options: { operations: 3, magnitude: 14, interpolation: 'bilinear', fill: 0 } },
      { name: 'cutout', options: { size: 8 } },
      { name: 'randomErasing', options: { probability: 0.25, fill: 0, ratio: [0.3, 3.3] } },
    ]);
    expect(problemsOf({ augmentation: everything })).toEqual([]);
  });

  it.each<[ViewConfig, string[]]>([
    [{}, []],
    [{ padding: 0, flip: 0, cutout: 0, randomResizedCrop: false, erasing: false }, []],
    [{ padding: 2, paddingMode: 'reflect' }, ['randomCrop']],
    [{ policy: 'autoAugment', cutout: 16 }, ['autoAugment', 'cutout']],
    [{ policy: { name: 'trivialAugment', fill: 0.5 } }, ['trivialAugment']],
    [{ randomResizedCrop: true, erasing: true }, ['randomResizedCrop', 'randomErasing']],
  ])('%j has the transforms %j', (view, names) => {
    expect(buildTransforms(view, [32, 32, 3]).map(({ spec }) => spec!.name)).toEqual(names);
    expect(problemsOf({ augmentation: view, views: { strong: view } })).toEqual([]);
  });

  it('mixes by what it names, and by either where it names both', () => {
    expect(buildMixing({ flip: 0.5, mixup: false })).toBeUndefined();
    expect(buildMixing({ mixup: { alpha: 0.2 } })!.spec).toEqual({
      name: 'mixup',
      options: { alpha: 0.2, probability: 1 },
    });
    expect(buildMixing(everything)!.spec).toMatchObject({
      name: 'mixOneOf',
      options: { mixes: [{ name: 'mixup' }, { name: 'cutMix' }] },
    });
  });
});

describe('a wrong augmentation', () => {
  it.each<[object, string]>([
    [
      { augmentation: { policy: 'randaugment' } },
      "augmentation.policy: must be one of 'autoAugment', 'randAugment', 'trivialAugment', got 'randaugment'. Did you mean 'randAugment'?",
    ],
    [
      { augmentation: { policy: { name: 'randAugment', magnitude: 31 } } },
      'augmentation.policy.magnitude: must be a whole number from 0 to 30, got 31.',
    ],
    [
      { augmentation: { policy: { name: 'autoAugment', magnitude: 3 } } },
      'augmentation.policy.magnitude: is not a known key. Known here: name, interpolation, fill.',
    ],
    [
      { augmentation: { randomResizedCrop: { scale: [0.8, 0.2] } } },
      'augmentation.randomResizedCrop.scale: must be two numbers above 0, the smaller one first, got [0.8,0.2].',
    ],
    [
      { augmentation: { colorJitter: { hue: 0.6 } } },
      'augmentation.colorJitter.hue: must be a number from 0 to 0.5, got 0.6.',
    ],
    [
      { augmentation: { mixup: 0.2 } },
      'augmentation.mixup: must be true, false or an object of settings, got 0.2.',
    ],
    [
      { augmentation: { cutMix: { alpha: 0 } } },
      'augmentation.cutMix.alpha: must be a number of at least 0.001, got 0.',
    ],
    [
      { views: { strong: { mixup: true } } },
      'views.strong.mixup: is not a known key. Known here: padding, paddingMode, randomResizedCrop, flip, colorJitter, policy, cutout, erasing.',
    ],
    [
      { views: { strong: { padding: 4, randomResizedCrop: true } } },
      'views.strong.randomResizedCrop: must be left out beside padding: both crop the image. Leave out one of them.',
    ],
    [
      { augmentation: { mixup: true }, teacher: { ...good.teacher, cache: {} } },
      'augmentation.mixup: must be left out with teacher.cache: mixtures differ from epoch to epoch, so that no answer of the teacher can be used again.',
    ],
  ])('%j', (change, problem) => {
    expect(problemsOf(change)).toEqual([problem]);
  });
});
