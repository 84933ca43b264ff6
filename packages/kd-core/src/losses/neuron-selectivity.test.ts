import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { startCpuBackend, type Values } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import { adaptivePool, mean } from '../testing/reference-losses.ts';
import {
  changed,
  dot,
  evaluatePair,
  expectDefinition,
  pairs,
  samplesOf,
  unit,
} from '../testing/relations.ts';
import { waves } from '../testing/waves.ts';
import { neuronSelectivityLoss } from './neuron-selectivity.ts';

/** The maps of all channels, sample by sample. */
function channelsOf(x: Values): number[][] {
  const channels = x.shape[3]!;
  return samplesOf(x).flatMap((sample) =>
    Array.from({ length: channels }, (_, channel) =>
      sample.filter((_, index) => index % channels === channel),
    ),
  );
}

/** For each sample its maps, of length 1. */
function patterns(x: Values): number[][][] {
  const [batch, , , channels] = x.shape as [number, number, number, number];
  const maps = channelsOf(x).map(unit);
  return Array.from({ length: batch }, (_, sample) => maps.slice(sample * channels, (sample + 1) * channels));
}

function definition(student: Values, teacher: Values): number {
  const size = student.shape[1]! < teacher.shape[1]! ? student.shape : teacher.shape;
  const [ours, theirs] = [student, teacher].map((x) => patterns(adaptivePool(x, [size[1]!, size[2]!]))) as [
    number[][][],
    number[][][],
  ];
  const kernel = (a: number[][][], b: number[][][]): number =>
    mean(a.flatMap((maps, sample) => maps.flatMap((map) => b[sample]!.map((other) => dot(map, other) ** 2))));
  return kernel(theirs, theirs) + kernel(ours, ours) - 2 * kernel(ours, theirs);
}

describe('neuronSelectivityLoss', () => {
  beforeAll(startCpuBackend);

  it('is the known value for waves', () => {
    const pair = {
      studentFeature: waves([4, 6, 4, 4], 0.1, 0.3),
      teacherFeature: waves([4, 6, 4, 4], 0.13, 0.7),
    };
    expectClose([evaluatePair(neuronSelectivityLoss, pair)], [0.040600863], 1e-5);
  });

  it.each([
    { student: [2, 2, 3, 2], teacher: [2, 2, 3, 3] },
    { student: [2, 4, 4, 2], teacher: [2, 2, 2, 2] },
    { student: [1, 2, 2, 1], teacher: [1, 3, 4, 2] },
  ])('has the value and gradient of its definition for $student and $teacher', ({ student, teacher }) => {
    fc.assert(
      fc.property(pairs(student, teacher), (pair) => {
        // Next to a channel of zeros derivatives are large.
        const lower = Math.min(student[1]!, teacher[1]!);
        const size = [lower, lower === student[1] ? student[2]! : teacher[2]!] as const;
        fc.pre(channelsOf(adaptivePool(pair.studentFeature, size)).every((map) => Math.hypot(...map) > 0.2));
        expectDefinition(neuronSelectivityLoss, definition, pair);
      }),
      { numRuns: 10 },
    );
  });

  it('does not change when channels are scaled', () => {
    fc.assert(
      fc.property(pairs([2, 2, 2, 2], [2, 2, 2, 3]), fc.constantFrom(0.01, 1e4), (pair, scale) => {
        fc.pre(channelsOf(pair.studentFeature).every((map) => Math.hypot(...map) > 0.2));
        const scaled = changed(pair.studentFeature, (each, _, index) =>
          index % 2 === 0 ? each : each * scale,
        );
        expectClose(
          [evaluatePair(neuronSelectivityLoss, { ...pair, studentFeature: scaled })],
          [evaluatePair(neuronSelectivityLoss, pair)],
          1e-4,
        );
      }),
      { numRuns: 10 },
    );
  });

  it('refuses vectors, other batches and widths that cannot be matched', () => {
    const loss = (student: readonly number[], teacher: readonly number[]): unknown =>
      evaluatePair(neuronSelectivityLoss, {
        studentFeature: waves(student, 1, 0),
        teacherFeature: waves(teacher, 1, 0),
      });
    expect(() => loss([2, 3], [2, 3])).toThrow(/\[batch, height, width, channels\]/);
    expect(() => loss([2, 1, 2, 2], [3, 1, 2, 2])).toThrow(/same samples/);
    expect(() => loss([2, 1, 2, 2], [2, 1, 2, 3])).toThrow(/equal heights/);
  });
});
