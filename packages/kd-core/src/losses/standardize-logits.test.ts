import { mul, sum, type Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { workedExample } from '../testing/logit-cases.ts';
import { mean, rowsOf } from '../testing/reference-losses.ts';
import { hintonLoss } from './hinton-loss.ts';
import { standardizeLogits } from './standardize-logits.ts';

function standardized(row: readonly number[]): number[] {
  const centred = row.map((each) => each - mean(row));
  const deviation = Math.sqrt(centred.reduce((sum, each) => sum + each ** 2, 0) / (row.length - 1));
  return centred.map((each) => each / (1e-7 + deviation));
}

const distillation = (studentLogits: Tensor, teacherLogits: Tensor) =>
  hintonLoss({
    studentLogits: standardizeLogits(studentLogits),
    teacherLogits: standardizeLogits(teacherLogits),
    temperature: 2,
  });

describe('standardizeLogits', () => {
  beforeAll(startCpuBackend);

  it('has the values that are worked out by hand', () => {
    expectClose(
      toValues(standardizeLogits(toTensor(workedExample.student))).data,
      [1.05021, 0.630126, -1.05021, -0.630126, 0.46291, 0, 0.92582, -1.38873],
      1e-5,
    );
    const loss = distillation(toTensor(workedExample.student), toTensor(workedExample.teacher));
    expectClose(toValues(loss).data, [0.285908], 1e-5);
  });

  it('has the gradient of mean and deviation', () => {
    const shapes = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 3, max: 5 }));
    const cases = shapes.chain(([batch, classes]) =>
      fc.record({ logits: values([batch, classes]), weights: values([batch, classes]) }),
    );
    fc.assert(
      fc.property(cases, ({ logits, weights }) => {
        fc.pre(rowsOf(logits).every((row) => Math.max(...row) - Math.min(...row) > 0.1));
        const result = differentiate((given) => sum(mul(standardizeLogits(given.logits), given.weights)), {
          logits,
          weights,
        });
        expectGradients(
          result,
          (given) =>
            rowsOf(given.logits)
              .flatMap(standardized)
              .reduce((total, each, index) => total + each * given.weights.data[index]!, 0),
          { logits, weights },
          ['logits', 'weights'],
          1e-4,
        );
      }),
      { numRuns: 20 },
    );
  });

  it('makes a loss blind to shift and scale, so that the gradient is orthogonal to ones and to the logits', () => {
    const { student, teacher } = workedExample;
    const moved = { ...student, data: student.data.map((each) => 7 * each - 3) };
    const value = toValues(distillation(toTensor(student), toTensor(teacher))).data;
    expectClose(toValues(distillation(toTensor(moved), toTensor(teacher))).data, value, 1e-4);
    const { gradients } = differentiate((given) => distillation(given.student, toTensor(teacher)), {
      student,
    });
    rowsOf(gradients.student).forEach((gradient, sample) => {
      const row = rowsOf(student)[sample]!;
      expect(gradient.reduce((total, each) => total + each, 0)).toBeCloseTo(0, 5);
      expect(gradient.reduce((total, each, index) => total + each * row[index]!, 0)).toBeCloseTo(0, 5);
    });
  });

  it('is finite for constant and for extreme rows', () => {
    for (const data of [
      [0, 0, 0],
      [5, 5, 5],
      [1e4, -1e4, 0],
      [1e-30, 0, 0],
    ]) {
      const { value, gradients } = differentiate(
        (given) => distillation(given.student, toTensor({ shape: [1, 3], data: [3, 1, 0] })),
        { student: { shape: [1, 3], data } },
      );
      expect([value, ...gradients.student.data].every(Number.isFinite)).toBe(true);
    }
  });

  it('refuses what has no deviation', () => {
    expect(() => standardizeLogits(toTensor({ shape: [2, 1], data: [1, 2] }))).toThrow(
      /logits must have at least two classes, got \[2, 1\]/,
    );
    expect(() => standardizeLogits(toTensor(workedExample.student), { epsilon: 0 })).toThrow(
      /epsilon must be above 0, got 0/,
    );
  });
});
