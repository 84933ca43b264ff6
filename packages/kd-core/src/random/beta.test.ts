import { describe, expect, it } from 'vitest';
import { randomBeta } from './beta.ts';
import { foldIn, prngKey } from './key.ts';
import { naturalExponential } from './natural-exponential.ts';

const count = 3000;
const key = prngKey(20_260_102);

function draws(alpha: number, beta: number): number[] {
  return Array.from({ length: count }, (_, index) => randomBeta(foldIn(key, index), { alpha, beta }));
}

describe('randomBeta', () => {
  // Distribution functions in closed form. The largest distance of the empirical function exceeds 2.2 / sqrt(n) once in 16,000 seeds.
  it.each<[number, number, (x: number) => number]>([
    [1, 1, (x) => x],
    [2, 2, (x) => 3 * x ** 2 - 2 * x ** 3],
    [0.5, 0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
    [0.2, 1, (x) => x ** 0.2],
    [1, 4, (x) => 1 - (1 - x) ** 4],
  ])('has the distribution of alpha %s and beta %s', (alpha, beta, distribution) => {
    const sorted = draws(alpha, beta).sort((a, b) => a - b);
    const distance = sorted.reduce(
      (largest, x, index) =>
        Math.max(
          largest,
          Math.abs(distribution(x) - index / count),
          Math.abs(distribution(x) - (index + 1) / count),
        ),
      0,
    );
    expect(distance).toBeLessThan(2.2 / Math.sqrt(count));
  });

  it.each([
    [0.2, 0.2],
    [0.8, 0.8],
    [3, 0.7],
    [40, 25],
  ])('has the mean and variance of alpha %s and beta %s', (alpha, beta) => {
    const values = draws(alpha, beta);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    const expected = alpha / (alpha + beta);
    const spread = (alpha * beta) / ((alpha + beta) ** 2 * (alpha + beta + 1));
    expect(Math.abs(mean - expected)).toBeLessThan(5 * Math.sqrt(spread / count));
    // Kurtoses of these shapes are below 5.
    expect(Math.abs(variance / spread - 1)).toBeLessThan(5 * Math.sqrt(4 / count));
  });

  it('stays in 0..1 for the smallest shapes, and is near one of its ends', () => {
    for (let draw = 0; draw < 200; draw++) {
      const value = randomBeta(foldIn(key, draw), { alpha: 0.001, beta: 0.001 });
      expect(value >= 0 && value <= 1).toBe(true);
      expect(Math.min(value, 1 - value)).toBeLessThan(0.5);
    }
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a shape of %s', (shape) => {
    expect(() => randomBeta(key, { alpha: shape, beta: 1 })).toThrow(/alpha must be a finite number/);
    expect(() => randomBeta(key, { alpha: 1, beta: shape })).toThrow(/beta must be a finite number/);
  });
});

describe('naturalExponential', () => {
  it('is that of the platform to the last bits', () => {
    for (let x = -700; x <= 700; x += 0.731) {
      expect(Math.abs(naturalExponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-15);
    }
    expect(naturalExponential(0)).toBe(1);
  });
});
