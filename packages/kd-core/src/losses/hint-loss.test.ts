import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor } from '../testing/cpu-backend.ts';
import { expectGradients } from '../testing/finite-differences.ts';
import { mean } from '../testing/reference-losses.ts';
import { hintLoss } from './hint-loss.ts';

describe('hintLoss', () => {
  beforeAll(startCpuBackend);

  it('is the mean squared difference, and only the student has a gradient', () => {
    const shape = [2, 3, 1, 2];
    fc.assert(
      fc.property(values(shape), values(shape), (studentFeature, teacherFeature) => {
        const inputs = { studentFeature, teacherFeature };
        const result = differentiate(hintLoss, inputs);
        expectGradients(
          result,
          (given) =>
            mean(
              given.studentFeature.data.map((each, index) => (each - given.teacherFeature.data[index]!) ** 2),
            ),
          inputs,
          ['studentFeature'],
        );
        expect(result.gradients.teacherFeature.data.every((each) => each === 0)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses features of different shapes, and empty ones', () => {
    const pair = (a: number[], b: number[]) => ({
      studentFeature: toTensor({ shape: a, data: new Array<number>(a.reduce((x, y) => x * y)).fill(0) }),
      teacherFeature: toTensor({ shape: b, data: new Array<number>(b.reduce((x, y) => x * y)).fill(0) }),
    });
    expect(() => hintLoss(pair([1, 2], [2, 1]))).toThrow(/\[1, 2\] and \[2, 1\]/);
    expect(() => hintLoss(pair([2], [1, 2]))).toThrow(/\[2\] and \[1, 2\]/);
    expect(() => hintLoss(pair([0, 2], [0, 2]))).toThrow(/empty/);
  });
});
