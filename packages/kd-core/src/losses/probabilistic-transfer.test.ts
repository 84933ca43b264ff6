import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { startCpuBackend, type Values } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import { kl, mean } from '../testing/reference-losses.ts';
import {
  changed,
  evaluatePair,
  expectDefinition,
  gramOf,
  pairs,
  samplesOf,
  unit,
} from '../testing/relations.ts';
import { waves } from '../testing/waves.ts';
import { probabilisticTransferLoss } from './probabilistic-transfer.ts';

/** Without the epsilons, which are far below the tolerance where samples are apart. */
function definition(student: Values, teacher: Values): number {
  const batch = student.shape[0]!;
  const neighbours = (x: Values): number[][] =>
    gramOf(samplesOf(x).map(unit)).map((cosines) => {
      const similarities = cosines.map((cosine) => (cosine + 1) / 2);
      return similarities.map((each) => each / (mean(similarities) * batch));
    });
  const theirs = neighbours(teacher);
  return mean(neighbours(student).map((row, sample) => kl(theirs[sample]!, row) / batch));
}

/** All coordinates above 0, so that no two samples point in opposite directions, where the logarithm is steep. */
const positive = fc.tuple(pairs([4, 3], [4, 5])).map(([{ studentFeature, teacherFeature }]) => ({
  studentFeature: changed(studentFeature, (each) => Math.fround(Math.abs(each) + 0.1)),
  teacherFeature: changed(teacherFeature, (each) => Math.fround(Math.abs(each) + 0.1)),
}));

describe('probabilisticTransferLoss', () => {
  beforeAll(startCpuBackend);

  it('is the known value for waves', () => {
    const pair = { studentFeature: waves([4, 8], 0.5, 0.1), teacherFeature: waves([4, 10], 0.31, 0.4) };
    expectClose([evaluatePair(probabilisticTransferLoss, pair)], [0.10355994], 1e-5);
  });

  it('has the value and gradient of its definition', () => {
    fc.assert(
      fc.property(positive, (pair) => {
        expectDefinition(probabilisticTransferLoss, definition, pair);
      }),
      { numRuns: 20 },
    );
  });

  it('does not change with the length of any row', () => {
    fc.assert(
      fc.property(positive, fc.constantFrom(0.5, 5, 1e4), (pair, scale) => {
        const stretched = changed(pair.studentFeature, (each, sample) => each * scale ** sample);
        expectClose(
          [evaluatePair(probabilisticTransferLoss, { ...pair, studentFeature: stretched })],
          [evaluatePair(probabilisticTransferLoss, pair)],
          1e-3,
          1e-6,
        );
      }),
      { numRuns: 10 },
    );
  });

  it('is 0 for equal features and for a single sample', () => {
    const feature = waves([3, 4], 0.7, 0.2);
    expect(
      evaluatePair(probabilisticTransferLoss, { studentFeature: feature, teacherFeature: feature }),
    ).toBeCloseTo(0, 7);
    const one = { studentFeature: waves([1, 4], 1, 0), teacherFeature: waves([1, 2], 2, 1) };
    expect(evaluatePair(probabilisticTransferLoss, one)).toBeCloseTo(0, 7);
  });
});
