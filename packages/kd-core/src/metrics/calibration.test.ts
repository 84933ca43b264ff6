import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptiveCalibration, calibration } from './calibration.ts';

const both = [
  ['calibration', calibration],
  ['adaptiveCalibration', adaptiveCalibration],
] as const;

describe.each(both)('%s', (_, measure) => {
  it('is 0 where as many are right as confidence says', () => {
    // Of 10 samples at confidence c, 10 c are right.
    const levels = [0.1, 0.3, 0.5, 0.8, 1];
    const confidences = levels.flatMap((level) => new Array<number>(10).fill(level));
    const correct = levels.flatMap((level) =>
      Array.from({ length: 10 }, (_value, index) => index < 10 * level),
    );
    for (const bins of [1, 5, 15]) {
      const { ece, mce } = measure({ confidences, correct, bins });
      expect(ece).toBeCloseTo(0, 12);
      expect(mce).toBeCloseTo(0, 12);
    }
  });

  it('is the gap of the means in one bin, and does not depend on order', () => {
    fc.assert(
      fc.property(
        // Few levels, so that there are ties.
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean()), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 20 }),
        (samples, bins) => {
          const confidences = samples.map(([level]) => level / 4);
          const correct = samples.map(([, right]) => right);
          const mean = (values: readonly number[]): number =>
            values.reduce((a, b) => a + b, 0) / values.length;
          const gap = Math.abs(mean(confidences) - mean(correct.map(Number)));
          expect(measure({ confidences, correct, bins: 1 }).ece).toBeCloseTo(gap, 12);
          const found = measure({ confidences, correct, bins });
          expect(found.bins).toHaveLength(bins);
          expect(found.bins.reduce((sum, { count }) => sum + count, 0)).toBe(samples.length);
          expect(found.ece).toBeGreaterThanOrEqual(gap - 1e-12);
          expect(found.ece).toBeLessThanOrEqual(found.mce + 1e-12);
          const backwards = measure({
            confidences: confidences.toReversed(),
            correct: correct.toReversed(),
            bins,
          });
          expect(backwards.ece).toBeCloseTo(found.ece, 12);
          expect(backwards.mce).toBeCloseTo(found.mce, 12);
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each([
    ['no bins', { confidences: [0.5], correct: [true], bins: 0 }, /bins must be a positive integer, got 0/],
    ['no samples', { confidences: [], correct: [] }, /at least one sample, got 0 and 0/],
    ['another length', { confidences: [0.5], correct: [true, false] }, /got 1 and 2/],
    ['no probability', { confidences: [1, 1.5], correct: [true, true] }, /sample 1 has 1.5/],
    ['NaN', { confidences: [Number.NaN], correct: [true] }, /sample 0 has NaN/],
  ])('refuses %s', (_name, options, message) => {
    expect(() => measure(options)).toThrow(message);
  });
});

describe('adaptiveCalibration', () => {
  it('cuts samples in order of confidence into runs of equal length, the longer ones first', () => {
    const confidences = [0.9, 0.2, 0.6, 0.4, 0.3];
    const correct = [true, false, true, false, true];
    const { bins, ece, mce } = adaptiveCalibration({ confidences, correct, bins: 3 });
    expect(bins.map(({ count }) => count)).toEqual([2, 2, 1]);
    expect(bins.map(({ accuracy }) => accuracy)).toEqual([0.5, 0.5, 1]);
    [0.25, 0.5, 0.9].forEach((confidence, bin) => {
      expect(bins[bin]!.confidence).toBeCloseTo(confidence, 12);
    });
    expect(ece).toBeCloseTo((2 * 0.25 + 2 * 0 + 0.1) / 5, 12);
    expect(mce).toBeCloseTo(0.25, 12);
  });

  it('gives samples of equal confidence their common accuracy, wherever a cut divides them', () => {
    const confidences = [0.5, 0.5, 0.5, 0.5];
    const { bins } = adaptiveCalibration({ confidences, correct: [true, false, false, false], bins: 2 });
    expect(bins.map(({ accuracy }) => accuracy)).toEqual([0.25, 0.25]);
  });
});
