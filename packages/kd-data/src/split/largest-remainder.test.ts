import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestRemainder } from './largest-remainder.ts';

describe('largestRemainder', () => {
  it('gives the odd ones to the largest remainders', () => {
    // Quotas 106.8, 35.6 and 35.6: two are left over, for the remainder of 0.8 and the first of 0.6.
    expect(largestRemainder(178, [0.6, 0.2, 0.2])).toEqual([107, 36, 35]);
    expect(largestRemainder(5, [0.6, 0.2, 0.2])).toEqual([3, 1, 1]);
    // 0.29 * 100 is a little below 29 in binary.
    expect(largestRemainder(100, [0.29, 0.71])).toEqual([29, 71]);
    expect(largestRemainder(2, [1 / 3, 1 / 3, 1 / 3])).toEqual([1, 1, 0]);
  });

  it('divides everything, each share within 1 of its quota', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 100_000 }),
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 8 }),
        (total, weights) => {
          const sum = weights.reduce((a, b) => a + b);
          const fractions = weights.map((weight) => weight / sum);
          const shares = largestRemainder(total, fractions);
          expect(shares.reduce((a, b) => a + b)).toBe(total);
          for (const [index, share] of shares.entries()) {
            expect(Math.abs(share - fractions[index]! * total)).toBeLessThan(1 + 1e-6);
          }
        },
      ),
    );
  });
});
