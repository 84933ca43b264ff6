import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor } from '../testing/cpu-backend.ts';
import { expectGradients } from '../testing/finite-differences.ts';
import { waves } from '../testing/waves.ts';
import { maskedGenerationLoss } from './masked-generation.ts';

describe('maskedGenerationLoss', () => {
  beforeAll(startCpuBackend);

  it('is the sum of squares for each sample, and only the generated feature has a gradient', () => {
    const shape = [3, 1, 2, 2];
    fc.assert(
      fc.property(values(shape), values(shape), (generatedFeature, teacherFeature) => {
        const inputs = { generatedFeature, teacherFeature };
        const result = differentiate(maskedGenerationLoss, inputs);
        const definition = (given: typeof inputs): number =>
          given.generatedFeature.data.reduce(
            (sum, each, index) => sum + (each - given.teacherFeature.data[index]!) ** 2,
            0,
          ) / 3;
        expectGradients(result, definition, inputs, ['generatedFeature']);
        expect(result.gradients.teacherFeature.data.every((each) => each === 0)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('refuses features of different shapes', () => {
    const [map, wide] = [waves([1, 2, 2, 2], 1, 0), waves([1, 3, 2, 2], 1, 0)].map(toTensor);
    expect(() => maskedGenerationLoss({ generatedFeature: map!, teacherFeature: wide! })).toThrow(
      /\[1, 2, 2, 2\] and \[1, 2, 2, 3\]/,
    );
  });
});
