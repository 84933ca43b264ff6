import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { startCpuBackend, type Values } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import { mean } from '../testing/reference-losses.ts';
import {
  changed,
  dot,
  evaluatePair,
  expectDefinition,
  gramOf,
  type Pair,
  pairs,
  rotated,
  samplesOf,
  unit,
} from '../testing/relations.ts';
import { waves } from '../testing/waves.ts';
import {
  representationCorrelationLoss,
  representationMutualInformationLoss,
} from './representation-information.ts';

const columnsOf = (x: Values): number[][] => {
  const rows = samplesOf(x);
  return rows[0]!.map((_, column) => rows.map((row) => row[column]!));
};

const deviation = (column: readonly number[]): number =>
  Math.sqrt(column.reduce((sum, each) => sum + (each - mean(column)) ** 2, 0) / (column.length - 1));

function correlationDefinition(alpha: number) {
  return (student: Values, teacher: Values): number => {
    const standard = (x: Values): number[][] =>
      columnsOf(x).map((column) => column.map((each) => (each - mean(column)) / deviation(column)));
    const theirs = standard(teacher);
    const distances = standard(student).map(
      (column, feature) => Math.abs(dot(column, theirs[feature]!) / column.length - 1) ** (2 * alpha),
    );
    return Math.log2(distances.reduce((a, b) => a + b));
  };
}

function mutualDefinition(student: Values, teacher: Values): number {
  const overTrace = (matrix: number[][]): number[][] => {
    const trace = matrix.reduce((sum, row, i) => sum + row[i]!, 0);
    return matrix.map((row) => row.map((each) => each / trace));
  };
  const own = gramOf(samplesOf(student).map(unit));
  const theirs = gramOf(samplesOf(teacher).map(unit));
  const joint = own.map((row, i) => row.map((each, j) => each * theirs[i]![j]!));
  const squares = (matrix: number[][]): number => matrix.flat().reduce((sum, each) => sum + each ** 2, 0);
  return squares(overTrace(own)) - squares(overTrace(joint));
}

const varied = ({ studentFeature, teacherFeature }: Pair): boolean =>
  [studentFeature, teacherFeature].every((x) => columnsOf(x).every((column) => deviation(column) > 0.2));

describe('representationCorrelationLoss', () => {
  beforeAll(startCpuBackend);

  it.each([1.01, 1.5, 0.6])('has the value and gradient of its definition with alpha %s', (alpha) => {
    fc.assert(
      fc.property(pairs([4, 3], [4, 3]).filter(varied), (pair) => {
        expectDefinition(
          (features) => representationCorrelationLoss({ ...features, alpha }),
          correlationDefinition(alpha),
          pair,
        );
      }),
      { numRuns: 10 },
    );
  });

  it('does not change when a feature is moved, or scaled', () => {
    fc.assert(
      fc.property(pairs([4, 3], [4, 3]).filter(varied), fc.constantFrom(0.01, 100), (pair, scale) => {
        const moved = changed(pair.studentFeature, (each, _, index) => scale ** index * (each + index));
        expectClose(
          [evaluatePair(representationCorrelationLoss, { ...pair, studentFeature: moved })],
          [evaluatePair(representationCorrelationLoss, pair)],
          1e-3,
          1e-4,
        );
      }),
      { numRuns: 10 },
    );
  });

  it('counts features that do not vary, and single samples, as uncorrelated', () => {
    const teacherFeature = waves([3, 2], 0.7, 0.2);
    const constant = { shape: [3, 2], data: [0, 5, 0, 5, 0, 5] };
    // Two features at the distance 1.
    expect(
      evaluatePair(representationCorrelationLoss, { studentFeature: constant, teacherFeature }),
    ).toBeCloseTo(1, 6);
    const one = { studentFeature: waves([1, 4], 1, 0), teacherFeature: waves([1, 4], 2, 0) };
    expect(evaluatePair(representationCorrelationLoss, one)).toBeCloseTo(2, 6);
  });

  it('refuses features of different lengths, and an alpha that is no order', () => {
    const pair = { studentFeature: waves([2, 3], 1, 0), teacherFeature: waves([2, 4], 1, 0) };
    expect(() => evaluatePair(representationCorrelationLoss, pair)).toThrow(/\[2, 3\] and \[2, 4\]/);
    const withAlpha = (): number =>
      evaluatePair((features) => representationCorrelationLoss({ ...features, alpha: 0 }), {
        ...pair,
        teacherFeature: pair.studentFeature,
      });
    expect(withAlpha).toThrow(/alpha .* got 0/);
  });
});

describe('representationMutualInformationLoss', () => {
  beforeAll(startCpuBackend);

  it('has the value and gradient of its definition', () => {
    fc.assert(
      fc.property(pairs([4, 3], [4, 5]), (pair) => {
        expectDefinition(representationMutualInformationLoss, mutualDefinition, pair);
      }),
      { numRuns: 15 },
    );
  });

  it('does not change when one network is rotated, nor with the length of its rows', () => {
    const turns = fc.array(fc.double({ min: 0, max: 6, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(pairs([4, 3], [4, 2]), turns, (pair, by) => {
        const moved = changed(rotated(pair.studentFeature, by), (each, sample) => each * 10 ** (sample - 1));
        expectClose(
          [evaluatePair(representationMutualInformationLoss, { ...pair, studentFeature: moved })],
          [evaluatePair(representationMutualInformationLoss, pair)],
          1e-4,
        );
      }),
      { numRuns: 10 },
    );
  });
});
