import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, type Values } from '../testing/cpu-backend.ts';
import { expectGradients } from '../testing/finite-differences.ts';
import { exitFeatureLoss } from './exit-feature.ts';

const pairs = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 5 }))
  .chain((shape) => fc.record({ exit: values(shape), final: values(shape) }));

describe('exitFeatureLoss', () => {
  beforeAll(startCpuBackend);

  it('has the value and the gradient of its definition, and none for what is taught', () => {
    const awayFromZero = ({ exit }: { readonly exit: Values }): boolean =>
      exit.data.every((each) => Math.abs(each) > 1e-3);
    fc.assert(
      fc.property(pairs.filter(awayFromZero), (inputs) => {
        const result = differentiate(
          (given) => exitFeatureLoss({ exitFeature: given.exit, finalFeature: given.final }),
          inputs,
        );
        const wanted = ({ exit, final }: typeof inputs): number =>
          exit.data.reduce((sum, each, place) => {
            const target = final.data[place]!;
            return each > 0 || target > 0 ? sum + (each - target) ** 2 : sum;
          }, 0);
        expectGradients(result, wanted, inputs, ['exit'], 1e-4);
        expect(result.gradients.final.data.every((each) => each === 0)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses features of other shapes', () => {
    const [a, b] = [toTensor({ shape: [1, 2], data: [1, 2] }), toTensor({ shape: [1, 1], data: [1] })];
    expect(() => exitFeatureLoss({ exitFeature: a, finalFeature: b })).toThrow(
      'exitFeature and finalFeature must have the same shape, got [1, 2] and [1, 1]',
    );
  });
});
