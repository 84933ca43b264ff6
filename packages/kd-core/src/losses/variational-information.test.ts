import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { mean } from '../testing/reference-losses.ts';
import { waves } from '../testing/waves.ts';
import {
  logScaleOf,
  type VariationalInformationOptions,
  variationalInformationLoss,
} from './variational-information.ts';

type Inputs = Record<'predictedFeature' | 'teacherFeature' | 'logScales', Values>;

function reference({ predictedFeature, teacherFeature, logScales }: Inputs, epsilon: number): number {
  const variances = logScales.data.map((each) => Math.log(1 + Math.exp(each)) + epsilon);
  return mean(
    predictedFeature.data.map((each, index) => {
      const variance = variances[index % variances.length]!;
      return ((each - teacherFeature.data[index]!) ** 2 / variance + Math.log(variance)) / 2;
    }),
  );
}

describe('variationalInformationLoss', () => {
  beforeAll(startCpuBackend);

  it('is the known value for waves at the variance 5', () => {
    expectClose([logScaleOf(5)], [4.9932292], 1e-8);
    const loss = variationalInformationLoss({
      predictedFeature: toTensor(waves([4, 6, 4, 4], 0.1, 0.3)),
      teacherFeature: toTensor(waves([4, 6, 4, 4], 0.13, 0.7)),
      logScales: toTensor({ shape: [6], data: new Array<number>(6).fill(logScaleOf(5)) }),
    });
    expectClose([loss.dataSync()[0]!], [0.91340687], 1e-6);
  });

  it('has the value and gradients of its definition, and none for the teacher', () => {
    fc.assert(
      fc.property(
        values([2, 1, 2, 3]),
        values([2, 1, 2, 3]),
        values([3], 4),
        fc.constantFrom(1e-5, 0.1),
        (predictedFeature, teacherFeature, logScales, epsilon) => {
          const inputs = { predictedFeature, teacherFeature, logScales };
          const result = differentiate((given) => variationalInformationLoss({ ...given, epsilon }), inputs);
          expectGradients(
            result,
            (given) => reference(given, epsilon),
            inputs,
            ['predictedFeature', 'logScales'],
            1e-4,
          );
          expect(result.gradients.teacherFeature.data.every((each) => each === 0)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is finite at extreme scales and features', () => {
    const { value, gradients } = differentiate(variationalInformationLoss, {
      predictedFeature: { shape: [1, 1, 1, 3], data: [1e4, -1e4, 0] },
      teacherFeature: { shape: [1, 1, 1, 3], data: [-1e4, 1e4, 0] },
      logScales: { shape: [3], data: [1e4, -1e4, 100] },
    });
    const all = [value, ...gradients.predictedFeature.data, ...gradients.logScales.data];
    expect(all.every(Number.isFinite)).toBe(true);
  });

  it('refuses scales and shapes that do not belong', () => {
    const map = toTensor(waves([1, 2, 2, 2], 1, 0));
    const attempt =
      (options: Partial<VariationalInformationOptions>): (() => unknown) =>
      () =>
        variationalInformationLoss({
          predictedFeature: map,
          teacherFeature: map,
          logScales: toTensor(waves([2], 1, 0)),
          ...options,
        });
    expect(attempt({ logScales: toTensor(waves([3], 1, 0)) })).toThrow(
      /got \[3\] for features \[1, 2, 2, 2\]/,
    );
    expect(attempt({ teacherFeature: toTensor(waves([1, 3, 2, 2], 1, 0)) })).toThrow(/same shape/);
    expect(attempt({ epsilon: 0 })).toThrow(/epsilon must be/);
    expect(() => logScaleOf(0)).toThrow(/variance must be/);
    expect(logScaleOf(1e4)).toBeCloseTo(1e4, 4);
  });
});
