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
  type PairLoss,
  pairs,
  rotated,
  samplesOf,
  unit,
} from '../testing/relations.ts';
import { waves } from '../testing/waves.ts';
import { relationalAngleLoss, relationalDistanceLoss } from './relational.ts';

function smoothL1(a: readonly number[], b: readonly number[]): number {
  return mean(
    a.map((each, index) => {
      const size = Math.abs(each - b[index]!);
      return size < 1 ? size ** 2 / 2 : size - 0.5;
    }),
  );
}

const between = (from: readonly number[], to: readonly number[]): number[] =>
  to.map((each, index) => each - from[index]!);

function distances(x: Values): number[] {
  const rows = samplesOf(x);
  const all = rows.flatMap((row) => rows.map((other) => Math.hypot(...between(row, other))));
  const average = mean(all.filter((each) => each > 0));
  return all.map((each) => each / average);
}

function angles(x: Values): number[] {
  const rows = samplesOf(x);
  return rows.flatMap((corner) => {
    const ways = rows.map((row) => unit(between(corner, row)));
    return ways.flatMap((way) => ways.map((other) => dot(way, other)));
  });
}

const losses: readonly [string, PairLoss, (student: Values, teacher: Values) => number][] = [
  ['relationalDistanceLoss', relationalDistanceLoss, (s, t) => smoothL1(distances(s), distances(t))],
  ['relationalAngleLoss', relationalAngleLoss, (s, t) => smoothL1(angles(s), angles(t))],
];

describe('relational losses', () => {
  beforeAll(startCpuBackend);

  it('are the known values for waves', () => {
    const pair = { studentFeature: waves([4, 8], 0.5, 0.1), teacherFeature: waves([4, 10], 0.31, 0.4) };
    expectClose([evaluatePair(relationalDistanceLoss, pair)], [0.17786067], 1e-6);
    expectClose([evaluatePair(relationalAngleLoss, pair)], [0.0447932], 1e-5);
  });

  it.each(losses)('%s has the value and gradient of its definition', (_, loss, definition) => {
    fc.assert(
      fc.property(pairs([4, 3], [4, 5]), (pair) => {
        expectDefinition(loss, definition, pair);
      }),
      { numRuns: 15 },
    );
  });

  it.each(losses)('%s flattens maps', (_, loss, definition) => {
    fc.assert(
      fc.property(pairs([3, 2, 1, 2], [3, 1, 2, 1]), (pair) => {
        expectDefinition(loss, definition, pair);
      }),
      { numRuns: 5 },
    );
  });

  it.each(losses)('%s does not change when one network is rotated, scaled and moved', (_, loss) => {
    const turns = fc.array(fc.double({ min: 0, max: 6, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(pairs([4, 3], [4, 2]), turns, fc.constantFrom(0.01, 3, 1e4), (pair, by, scale) => {
        const moved = changed(
          rotated(pair.studentFeature, by),
          (each, _, index) => scale * (each + index - 1),
        );
        expectClose(
          [evaluatePair(loss, { ...pair, studentFeature: moved })],
          [evaluatePair(loss, pair)],
          1e-4,
          1e-6,
        );
      }),
      { numRuns: 10 },
    );
  });

  it.each(losses)('%s of a single sample is 0, as it has no relations', (_, loss) => {
    expect(
      evaluatePair(loss, { studentFeature: waves([1, 3], 1, 1), teacherFeature: waves([1, 2], 1, 1) }),
    ).toBe(0);
  });
});
