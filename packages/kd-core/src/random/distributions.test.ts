import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomBits } from './bits.ts';
import { randomInteger } from './integer.ts';
import { foldIn, prngKey } from './key.ts';
import { naturalLogarithm } from './natural-logarithm.ts';
import { randomNormal } from './normal.ts';
import { normalQuantile } from './normal-quantile.ts';
import { randomPermutation } from './permutation.ts';
import { randomUniform } from './uniform.ts';

// The seeds are fixed, so these tests are deterministic; each bound is five standard deviations of its
// statistic, which a correct generator exceeds for one seed in two million.
const key = prngKey(20_260_101);
const count = 100_000;

function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  return { mean, variance: list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length };
}

function chiSquare(counts: readonly number[], expected: number): number {
  return counts.reduce((sum, observed) => sum + (observed - expected) ** 2 / expected, 0);
}

describe('randomBits', () => {
  it('gives the same words however many are drawn', () => {
    expect(randomBits(key, 7).slice(0, 4)).toEqual(randomBits(key, 4));
    expect(randomBits([0, 0], 2)).toEqual(Uint32Array.of(0x6b200159, 0x99ba4efe));
  });

  it('sets every bit half of the time', () => {
    const ones = new Array<number>(32).fill(0);
    for (const word of randomBits(key, count))
      for (let bit = 0; bit < 32; bit++) ones[bit]! += (word >>> bit) & 1;
    for (const each of ones) expect(Math.abs(each - count / 2)).toBeLessThan(5 * Math.sqrt(count / 4));
  });

  it('refuses a negative count', () => {
    expect(() => randomBits(key, -1)).toThrow(/count/);
  });
});

describe('randomUniform', () => {
  it('has the moments and the flatness of the uniform distribution', () => {
    const { data } = randomUniform(key, [count]);
    const { mean, variance } = moments(data);
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
    // The squared deviation has mean 1/12 and variance 1/80 - 1/144 = 1/180.
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / count));
    const cells = new Array<number>(100).fill(0);
    for (const value of data) cells[Math.floor(value * 100)]!++;
    // Chi-square with 99 degrees of freedom: mean 99, variance 198.
    expect(chiSquare(cells, count / 100)).toBeLessThan(99 + 5 * Math.sqrt(198));
  });

  it('stays in [min, max) although float32 rounds', () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(float, float, fc.nat(), (a, b, seed) => {
        fc.pre(a !== b);
        const [min, max] = a < b ? [a, b] : [b, a];
        for (const value of randomUniform(prngKey(seed), [16], { min, max }).data) {
          expect(value >= min && value < max).toBe(true);
        }
      }),
    );
    // Neighbouring float32 numbers leave one possible value, on both sides of 0 and at 0.
    for (const [min, max] of [
      [1, 1 + 2 ** -23],
      [-1 - 2 ** -23, -1],
      [-(2 ** -149), 0],
    ] as const) {
      expect(new Set(randomUniform(key, [8], { min, max }).data)).toEqual(new Set([min]));
    }
  });

  it('refuses an empty range', () => {
    expect(() => randomUniform(key, [1], { min: 1, max: 1 })).toThrow(/min < max/);
    expect(() => randomUniform(key, [1], { max: Number.POSITIVE_INFINITY })).toThrow(/finite/);
  });
});

describe('randomNormal', () => {
  it('has the moments of the normal distribution', () => {
    const values = Array.from(randomNormal(key, [count], { mean: 3, standardDeviation: 2 }).data);
    const { mean, variance } = moments(values);
    expect(Math.abs(mean - 3)).toBeLessThan(5 * Math.sqrt(4 / count));
    expect(Math.abs(variance - 4)).toBeLessThan(5 * Math.sqrt((2 * 16) / count));
    const standardised = values.map((value) => (value - 3) / 2);
    const third = moments(standardised.map((value) => value ** 3)).mean;
    expect(Math.abs(third)).toBeLessThan(5 * Math.sqrt(15 / count));
    const fourth = moments(standardised.map((value) => value ** 4)).mean;
    expect(Math.abs(fourth - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
  });

  it('has independent neighbours', () => {
    const { data } = randomNormal(key, [count]);
    const products = Array.from(data.subarray(1), (value, index) => value * data[index]!);
    expect(Math.abs(moments(products).mean)).toBeLessThan(5 / Math.sqrt(count));
  });

  it('takes the shape and refuses a negative spread', () => {
    expect(randomNormal(key, [2, 3]).shape).toEqual([2, 3]);
    expect(() => randomNormal(key, [1], { standardDeviation: -1 })).toThrow(/standardDeviation/);
    expect(() => randomNormal(key, [1], { mean: Number.NaN })).toThrow(/mean/);
  });
});

describe('normalQuantile', () => {
  // Independent values, to 16 digits: CPython's statistics.NormalDist().inv_cdf.
  it.each([
    [2 ** -33, -6.337957754553789],
    [1e-6, -4.753424308822899],
    [0.05, -1.6448536269514726],
    [0.3, -0.5244005127080407],
    [0.5, 0],
    [0.9, 1.2815515655446008],
    [0.999, 3.090232306167813],
  ])('of %s is %s', (probability, quantile) => {
    expect(Math.abs(normalQuantile(probability) - quantile)).toBeLessThanOrEqual(2e-15 * Math.abs(quantile));
  });

  it('is odd about a half, for the probabilities that are drawn', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (word) => {
        const probability = (word + 0.5) / 2 ** 32;
        expect(normalQuantile(1 - probability)).toBe(-normalQuantile(probability));
      }),
    );
  });
});

describe('naturalLogarithm', () => {
  it('agrees with Math.log to the last digits', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -33, max: 2 ** 33, noNaN: true }), (x) => {
        expect(Math.abs(naturalLogarithm(x) - Math.log(x))).toBeLessThanOrEqual(
          4 * Number.EPSILON * Math.max(1, Math.abs(Math.log(x))),
        );
      }),
    );
    expect(naturalLogarithm(1)).toBe(0);
    expect(naturalLogarithm(2)).toBe(Math.LN2);
  });
});

describe('randomInteger', () => {
  it('is uniform also where the range does not divide 2^32', () => {
    const cells = [0, 0, 0];
    for (let draw = 0; draw < 9000; draw++)
      cells[randomInteger(foldIn(key, draw), { min: -1, max: 2 }) + 1]!++;
    // Chi-square with 2 degrees of freedom exceeds 29 for one seed in two million.
    expect(chiSquare(cells, 3000)).toBeLessThan(29);
  });

  it('rejects the words that would favour small results', () => {
    // Two thirds of 2^32: without rejection, the lower half would come up twice as often.
    const limit = (2 ** 33 - 2) / 3;
    let low = 0;
    for (let draw = 0; draw < 9000; draw++)
      if (randomInteger(foldIn(key, draw), { min: 0, max: limit }) < limit / 2) low++;
    expect(Math.abs(low - 4500)).toBeLessThan(5 * Math.sqrt(9000 / 4));
  });

  it('refuses an empty or fractional range', () => {
    expect(() => randomInteger(key, { min: 3, max: 3 })).toThrow(/min < max/);
    expect(() => randomInteger(key, { min: 0.5, max: 3 })).toThrow(/integers/);
  });
});

describe('randomPermutation', () => {
  it('holds every index once', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 200 }), (seed, length) => {
        const order = randomPermutation(prngKey(seed), length);
        expect(order.toSorted()).toEqual(Int32Array.from({ length }, (_, index) => index));
      }),
    );
  });

  it('draws each of the 24 orders of four alike', () => {
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 24_000; draw++) {
      const order = String(randomPermutation(foldIn(key, draw), 4));
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Chi-square with 23 degrees of freedom exceeds 74 for one seed in two million.
    expect(chiSquare([...counts.values()], 1000)).toBeLessThan(74);
  });

  it('refuses a fractional length', () => {
    expect(() => randomPermutation(key, 1.5)).toThrow(/length/);
  });
});
