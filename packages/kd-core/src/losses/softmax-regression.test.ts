import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, type Values } from '../testing/cpu-backend.ts';
import { expectGradients } from '../testing/finite-differences.ts';
import { mean } from '../testing/reference-losses.ts';
import { softmaxRegressionLoss } from './softmax-regression.ts';

beforeAll(startCpuBackend);

const error = (a: Values, b: Values): number =>
  mean(a.data.map((each, place) => (each - b.data[place]!) ** 2));

describe('softmaxRegressionLoss', () => {
  const cases = fc
    .record({ batch: fc.integer({ min: 1, max: 3 }), features: fc.integer({ min: 1, max: 4 }) })
    .chain(({ batch, features }) =>
      fc.record({
        studentFeature: values([batch, features]),
        teacherFeature: values([batch, features]),
        studentLogits: values([batch, 3]),
        teacherLogits: values([batch, 3]),
      }),
    );

  it('adds the errors of features and logits, and moves the student alone', () => {
    fc.assert(
      fc.property(cases, (inputs) => {
        const result = differentiate((given) => softmaxRegressionLoss(given).total, inputs);
        const reference = (given: typeof inputs): number =>
          error(given.studentFeature, given.teacherFeature) + error(given.studentLogits, given.teacherLogits);
        expectGradients(result, reference, inputs, ['studentFeature', 'studentLogits']);
        const { teacherFeature, teacherLogits } = result.gradients;
        expect([...teacherFeature.data, ...teacherLogits.data].every((each) => each === 0)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('refuses what does not correspond', () => {
    const row = toTensor({ shape: [1, 2], data: [1, 2] });
    const longer = toTensor({ shape: [1, 3], data: [1, 2, 3] });
    const all = { studentFeature: row, teacherFeature: row, studentLogits: row, teacherLogits: row };
    expect(() => softmaxRegressionLoss({ ...all, teacherFeature: longer })).toThrow(/\[1, 3\] and \[1, 2\]/);
    expect(() => softmaxRegressionLoss({ ...all, teacherLogits: longer })).toThrow(/\[1, 3\] and \[1, 2\]/);
  });
});
