import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { startCpuBackend, type Values } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import {
  evaluatePair,
  expectDefinition,
  gramOf,
  pairs,
  samplesOf,
  squaredDistance,
  unit,
} from '../testing/relations.ts';
import { waves } from '../testing/waves.ts';
import { interChannelCorrelationLoss } from './inter-channel-correlation.ts';

function definition(student: Values, teacher: Values): number {
  const channels = student.shape[3]!;
  const correlations = (sample: readonly number[]): number[][] => {
    const maps = Array.from({ length: channels }, (_, c) =>
      sample.filter((_, index) => index % channels === c),
    );
    return gramOf(maps).map(unit);
  };
  const theirs = samplesOf(teacher);
  const distances = samplesOf(student).map((sample, b) =>
    squaredDistance(correlations(sample), correlations(theirs[b]!)),
  );
  return distances.reduce((a, b) => a + b) / (channels * student.shape[0]!);
}

describe('interChannelCorrelationLoss', () => {
  beforeAll(startCpuBackend);

  it('is the known value for waves', () => {
    const pair = {
      studentFeature: waves([4, 6, 4, 4], 0.1, 0.3),
      teacherFeature: waves([4, 6, 4, 4], 0.13, 0.7),
    };
    expectClose([evaluatePair(interChannelCorrelationLoss, pair)], [1.1429557], 1e-6);
  });

  it('has the value and gradient of its definition, for maps of different sizes', () => {
    fc.assert(
      fc.property(pairs([2, 2, 3, 2], [2, 1, 2, 2]), (pair) => {
        const shortest = samplesOf(pair.studentFeature).flatMap((sample) =>
          [0, 1].map((c) => Math.hypot(...sample.filter((_, index) => index % 2 === c))),
        );
        fc.pre(Math.min(...shortest) > 0.3);
        expectDefinition(interChannelCorrelationLoss, definition, pair);
      }),
      { numRuns: 15 },
    );
  });

  it('does not change when positions change places', () => {
    fc.assert(
      fc.property(pairs([2, 1, 3, 2], [2, 1, 3, 2]), (pair) => {
        const { shape } = pair.studentFeature;
        const data = samplesOf(pair.studentFeature).flatMap((sample) => [
          ...sample.slice(2),
          ...sample.slice(0, 2),
        ]);
        expectClose(
          [evaluatePair(interChannelCorrelationLoss, { ...pair, studentFeature: { shape, data } })],
          [evaluatePair(interChannelCorrelationLoss, pair)],
          1e-5,
        );
      }),
      { numRuns: 10 },
    );
  });

  it('refuses other numbers of channels', () => {
    const pair = { studentFeature: waves([2, 3, 1, 1], 1, 0), teacherFeature: waves([2, 4, 1, 1], 1, 0) };
    expect(() => evaluatePair(interChannelCorrelationLoss, pair)).toThrow(
      /\[2, 1, 1, 3\] and \[2, 1, 1, 4\]/,
    );
  });
});
