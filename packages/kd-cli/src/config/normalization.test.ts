import { datasetCatalog } from 'kd-data';
import { describe, expect, it } from 'vitest';
import { buildNormalization, normalizationProblem } from './build-normalization.ts';
import { normalizationSchema } from './normalization-schema.ts';

describe('normalization by name', () => {
  it('takes the constants of the catalogue', () => {
    const colour = { channels: 3, dataset: 'cifar100' };
    // RepDistiller's.
    const cifar100 = { mean: [0.5071, 0.4867, 0.4408], standardDeviation: [0.2675, 0.2565, 0.2761] };
    expect(buildNormalization('dataset', colour)).toEqual(cifar100);
    expect(buildNormalization('cifar100', { ...colour, dataset: 'images' })).toEqual(cifar100);
    expect(buildNormalization('symmetric', colour)).toEqual({
      mean: [0.5, 0.5, 0.5],
      standardDeviation: [0.5, 0.5, 0.5],
    });
    expect(buildNormalization({ mean: 0.3, standardDeviation: [1, 2, 3] }, colour)).toEqual({
      mean: [0.3, 0.3, 0.3],
      standardDeviation: [1, 2, 3],
    });
  });

  it('refuses a data set without constants, and constants of other images', () => {
    expect(normalizationProblem('dataset', 'cifar10')).toBeUndefined();
    expect(normalizationProblem('dataset', 'images')).toMatch(/no constants are known of 'images'/);
    expect(() => buildNormalization('dataset', { channels: 3, dataset: 'idx' })).toThrow(/known of 'idx'/);
    expect(() => buildNormalization('cifar10', { channels: 1, dataset: 'mnist' })).toThrow(
      /normalization.mean has 3 values, but the images have 1 channel\./,
    );
  });

  it('knows the names of the catalogue and no others', () => {
    for (const { name } of datasetCatalog) expect(normalizationSchema.safeParse(name).success).toBe(true);
    expect(normalizationSchema.safeParse('cifra10').success).toBe(false);
  });
});
