import { mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { differentiate, startCpuBackend, type Values } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import {
  changed,
  evaluatePair,
  expectDefinition,
  gramOf,
  type PairLoss,
  pairs,
  rotated,
  samplesOf,
  squaredDistance,
  unit,
} from '../testing/relations.ts';
import { waves } from '../testing/waves.ts';
import {
  type CorrelationCongruenceLossOptions,
  correlationCongruenceLoss,
} from './correlation-congruence.ts';
import { frobeniusNorm } from './frobenius-norm.ts';

type Settings = Omit<CorrelationCongruenceLossOptions, 'studentFeature' | 'teacherFeature'>;

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

function definition({ variant, kernel, gamma = 0.4, order = 2, normalize = true }: Settings) {
  const correlations = (x: Values): number[][] => {
    const rows = normalize ? samplesOf(x).map(unit) : samplesOf(x);
    const taylor = (product: number): number =>
      Math.exp(-2 * gamma) *
      Array.from(
        { length: order + 1 },
        (_, p) => ((2 * gamma * product) ** p / factorial(p)) as number,
      ).reduce((a, b) => a + b);
    return gramOf(rows).map((row) => (kernel === 'bilinear' ? row : row.map(taylor)));
  };
  return (student: Values, teacher: Values): number => {
    const squared = squaredDistance(correlations(student), correlations(teacher));
    return (variant === 'reference' ? Math.sqrt(squared) : squared) / student.shape[0]! ** 2;
  };
}

const withSettings =
  (settings: Settings): PairLoss =>
  (features) =>
    correlationCongruenceLoss({ ...features, ...settings });

describe('correlationCongruenceLoss', () => {
  beforeAll(startCpuBackend);

  it.each<Settings>([
    {},
    { gamma: 0.7, order: 4 },
    { kernel: 'bilinear' },
    { variant: 'reference', normalize: false },
    { variant: 'reference', kernel: 'bilinear', order: 1 },
  ])('has the value and gradient of its definition with %o', (settings) => {
    fc.assert(
      fc.property(pairs([3, 2], [3, 4]), (pair) => {
        // The distance that is not squared has no derivative at 0.
        fc.pre(
          settings.variant !== 'reference' ||
            definition(settings)(pair.studentFeature, pair.teacherFeature) > 0.01,
        );
        expectDefinition(withSettings(settings), definition(settings), pair);
      }),
      { numRuns: 10 },
    );
  });

  it('approximates the Gaussian kernel of directions by high orders', () => {
    const pair = { studentFeature: waves([3, 4], 0.5, 0.1), teacherFeature: waves([3, 4], 0.8, 0.4) };
    const gaussian = (x: Values): number[][] => {
      const rows = samplesOf(x).map(unit);
      return rows.map((a) => rows.map((b) => Math.exp(-0.4 * squaredDistance([a], [b]))));
    };
    const exact = squaredDistance(gaussian(pair.studentFeature), gaussian(pair.teacherFeature)) / 9;
    expectClose([evaluatePair(withSettings({ order: 9 }), pair)], [exact], 1e-5);
  });

  it('does not change when one network is rotated, nor, normalised, with the length of its rows', () => {
    const turns = fc.array(fc.double({ min: 0, max: 6, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(pairs([4, 3], [4, 2]), turns, (pair, by) => {
        const moved = changed(rotated(pair.studentFeature, by), (each, sample) => each * (1 + sample));
        expectClose(
          [evaluatePair(correlationCongruenceLoss, { ...pair, studentFeature: moved })],
          [evaluatePair(correlationCongruenceLoss, pair)],
          1e-4,
        );
      }),
      { numRuns: 10 },
    );
  });

  it('refuses widths and orders that make no kernel', () => {
    const pair = { studentFeature: waves([2, 2], 1, 0), teacherFeature: waves([2, 2], 1, 0) };
    expect(() => evaluatePair(withSettings({ gamma: 0 }), pair)).toThrow(/gamma .* got 0/);
    expect(() => evaluatePair(withSettings({ order: 1.5 }), pair)).toThrow(/order .* got 1.5/);
  });
});

describe('frobeniusNorm', () => {
  beforeAll(startCpuBackend);

  const norm = ({ x }: { x: Tensor }): Scalar => mul(frobeniusNorm(x), 2);

  it.each([1, 1e-30, 1e30])(
    'is the length of a tensor scaled by %s, with the direction for a gradient',
    (scale) => {
      const x = { shape: [2, 1], data: [3 * scale, -4 * scale] };
      const { value, gradients } = differentiate(norm, { x });
      expectClose([value / scale], [10], 1e-6);
      expectClose(gradients.x.data, [1.2, -1.6], 1e-6);
    },
  );

  it('has the gradient 0 at 0', () => {
    const { value, gradients } = differentiate(norm, { x: { shape: [2], data: [0, 0] } });
    expect([value, ...gradients.x.data].map(Math.abs)).toEqual([0, 0, 0]);
  });
});
