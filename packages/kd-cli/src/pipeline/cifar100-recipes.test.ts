import { describe, expect, it } from 'vitest';
import { checkConfig } from '../config/load-config.ts';
import {
  cifar100Recipes,
  dryRunCifar100,
  fakeCifar100,
  fastCifar100Recipes,
  importCifar100Recipe,
} from '../testing/cifar100-recipes.ts';

describe('the recipes for CIFAR-100', () => {
  it('are those of the published tables', async () => {
    expect((await cifar100Recipes()).sort()).toEqual(
      [
        'resnet56-resnet20',
        'resnet110-resnet20',
        'resnet110-resnet32',
        'resnet32x4-resnet8x4',
        'resnet32x4-resnet8x4-multi-level',
        'wrn-40-2-wrn-16-2',
        'wrn-40-2-wrn-40-1',
        'vgg13-vgg8',
        'vgg13-mobilenetv2',
        'resnet50-mobilenetv2',
        'resnet50-vgg8',
        'resnet32x4-shufflenetv1',
        'resnet32x4-shufflenetv2',
        'wrn-40-2-shufflenetv1',
      ].sort(),
    );
  });

  it('say what they reach, which is more than the student alone', async () => {
    for (const name of await cifar100Recipes()) {
      const { published } = await importCifar100Recipe(name);
      expect(published.distilled).toBeGreaterThan(published.student);
      expect(published.source).toMatch(/arXiv:\d{4}\.\d{5}/);
    }
  });

  it('say what is missing where the images are not there', async () => {
    const { default: recipe } = await importCifar100Recipe('vgg13-vgg8');
    expect(() =>
      checkConfig(recipe, { source: 'vgg13-vgg8.ts', folder: '/nowhere/recipes/cifar100' }),
    ).toThrow(
      /dataset\.folder .*'\/nowhere\/data\/cifar-100-binary' does not hold the part 'train' of CIFAR-100.*'train\.bin', or 'train'.* cifar-100-binary\.tar\.gz/,
    );
  });

  it.each(fastCifar100Recipes)('make steps: %s', async (name) => {
    const { steps, loss } = await dryRunCifar100(name, await fakeCifar100(2));
    expect(steps).toBe(3);
    expect(loss).toBeGreaterThan(0);
  });
});
