import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { startCpuBackend, toTensor, type Values } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import {
  changed,
  evaluatePair,
  expectDefinition,
  gramOf,
  pairs,
  rotated,
  samplesOf,
  squaredDistance,
  unit,
} from '../testing/relations.ts';
import { waves } from '../testing/waves.ts';
import { similarityPreservingLoss } from './similarity-preserving.ts';

function definition(student: Values, teacher: Values): number {
  const similarities = (x: Values): number[][] => gramOf(samplesOf(x)).map(unit);
  return squaredDistance(similarities(student), similarities(teacher)) / student.shape[0]! ** 2;
}

describe('similarityPreservingLoss', () => {
  beforeAll(startCpuBackend);

  it('is the known value for waves', () => {
    const pair = {
      studentFeature: waves([4, 6, 4, 4], 0.1, 0.3),
      teacherFeature: waves([4, 6, 4, 4], 0.13, 0.7),
    };
    expectClose([evaluatePair(similarityPreservingLoss, pair)], [0.495107], 1e-6);
  });

  it('has the value and gradient of its definition, for features of different ranks and sizes', () => {
    fc.assert(
      fc.property(pairs([3, 2, 1, 2], [3, 5]), (pair) => {
        expectDefinition(similarityPreservingLoss, definition, pair);
      }),
      { numRuns: 15 },
    );
  });

  it('does not change when the features of one network are rotated and scaled', () => {
    const angles = fc.array(fc.double({ min: 0, max: 6, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(pairs([4, 3], [4, 2]), angles, fc.constantFrom(0.01, 3, 1e4), (pair, turns, scale) => {
        const moved = changed(rotated(pair.studentFeature, turns), (each) => each * scale);
        expectClose(
          [evaluatePair(similarityPreservingLoss, { ...pair, studentFeature: moved })],
          [evaluatePair(similarityPreservingLoss, pair)],
          1e-4,
          1e-6,
        );
      }),
      { numRuns: 15 },
    );
  });

  it('refuses other batches and features without a batch', () => {
    const loss = (student: readonly number[], teacher: readonly number[]): unknown =>
      similarityPreservingLoss({
        studentFeature: toTensor(waves(student, 1, 0)),
        teacherFeature: toTensor(waves(teacher, 1, 0)),
      });
    expect(() => loss([2, 3], [4, 3])).toThrow(/same samples.*\[2, 3\] and \[4, 3\]/);
    expect(() => loss([2], [2])).toThrow(/\[batch, \.\.\.\]/);
  });
});
