import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { studentTCumulative, studentTQuantile } from './student-t.ts';
import { pairedDifference, summarize } from './summary.ts';

describe('studentTQuantile', () => {
  // Fisher and Yates, Statistical Tables, table III; NIST/SEMATECH e-Handbook 1.3.6.7.2.
  it.each([
    [0.975, 1, 12.706],
    [0.975, 2, 4.303],
    [0.975, 4, 2.776],
    [0.975, 9, 2.262],
    [0.975, 30, 2.042],
    [0.975, 100, 1.984],
    [0.95, 1, 6.314],
    [0.95, 4, 2.132],
    [0.95, 10, 1.812],
    [0.99, 5, 3.365],
    [0.995, 4, 4.604],
    [0.999, 3, 10.215],
    [0.9, 7, 1.415],
  ])('of %f with %i degrees of freedom is %f', (probability, degrees, expected) => {
    expect(Math.abs(studentTQuantile(probability, degrees) - expected)).toBeLessThan(6e-4);
  });

  it('has the closed form of the Cauchy distribution for one degree of freedom', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), (p) => {
        const expected = Math.tan(Math.PI * (p - 0.5));
        expect(Math.abs(studentTQuantile(p, 1) - expected)).toBeLessThan(1e-9 * (1 + Math.abs(expected)));
      }),
    );
  });

  it('inverts the distribution function', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 200 }),
        (p, n) => {
          expect(studentTCumulative(studentTQuantile(p, n), n)).toBeCloseTo(p, 10);
        },
      ),
    );
  });

  it('refuses a probability that is not one', () => {
    expect(() => studentTQuantile(1, 4)).toThrow(/probability must lie between 0 and 1, got 1/);
    expect(() => studentTQuantile(0.5, 0)).toThrow(/degreesOfFreedom must be at least 1/);
  });
});

describe('summaries', () => {
  it('divides the squares by count - 1', () => {
    expect(summarize([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({
      count: 8,
      mean: 5,
      standardDeviation: Math.sqrt(32 / 7),
    });
  });

  it('has no spread for one value', () => {
    expect(summarize([3]).standardDeviation).toBeNaN();
    expect(pairedDifference([1], [2]).interval[0]).toBeNaN();
    expect(() => summarize([])).toThrow(/at least one value/);
  });

  // Student (1908), "The probable error of a mean": extra hours of sleep under two drugs, ten patients.
  // The interval is the one printed for R's t.test(extra ~ group, data = sleep, paired = TRUE).
  it('gives the paired interval of the sleep data', () => {
    const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const { mean, interval } = pairedDifference(first, second);
    expect(mean).toBeCloseTo(1.58, 10);
    expect(interval[0]).toBeCloseTo(0.7001142, 6);
    expect(interval[1]).toBeCloseTo(2.4598858, 6);
  });

  it('refuses pairs that do not pair', () => {
    expect(() => pairedDifference([1, 2], [1])).toThrow(/equal length, got 2 and 1/);
  });
});
