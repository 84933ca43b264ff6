import { describe, expect, test } from 'vitest';
import { compare, requireFinite } from './comparison.ts';
import { lossRules } from './rules.ts';

const within = (bound: number) => (): number => bound;
const failureOf = (got: number[], want: number[], bound = 0.1): string | undefined =>
  compare({ quantity: 'x', got, want, allowed: within(bound) }).failure;

describe('compare', () => {
  test('gives the largest differences', () => {
    const result = compare({ quantity: 'x', got: [1, 2.5, -4], want: [1, 2, -5], allowed: within(1) });
    expect(result).toEqual({ quantity: 'x', absolute: 1, relative: 0.2 });
  });

  test('fails just beyond the bound, naming the worst element', () => {
    expect(failureOf([0.5, 1.25], [0.25, 1], 0.25)).toBeUndefined();
    expect(failureOf([0.5, 1.5], [0.25, 1], 0.25)).toBe('got 1.5 instead of 1 at 1, 2.5e-1 allowed');
  });

  test('values that are not finite agree only with themselves, whatever the bound', () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    expect(failureOf([nan, infinity, -infinity], [nan, infinity, -infinity])).toBeUndefined();
    expect(failureOf([nan], [0], infinity)).toBeDefined();
    expect(failureOf([0], [nan], infinity)).toBeDefined();
    expect(failureOf([infinity], [-infinity], infinity)).toBeDefined();
    expect(failureOf([5], [infinity], infinity)).toBeDefined();
    expect(failureOf([1], [1.5], nan)).toBeDefined();
  });

  test('a different number of elements fails', () => {
    expect(failureOf([1], [1, 1])).toBe('1 elements instead of 2');
  });

  test('finiteness alone can be asked for', () => {
    expect(requireFinite('x', Float32Array.of(1, -2)).failure).toBeUndefined();
    expect(requireFinite('x', Float32Array.of(1, Number.NaN)).failure).toBe('not finite');
  });
});

describe('the rules of a loss case', () => {
  const rules = (tolerance?: object): ReturnType<typeof lossRules> =>
    lossRules({ where: 'case', values: tolerance === undefined ? {} : { tolerance } });

  test('are by default those of the golden files', () => {
    expect(rules().loss(-2)).toBeCloseTo(1e-6 + 2e-5, 12);
    expect(rules().gradient(0.5, 3)).toBeCloseTo(1e-4 * 0.5 + 1e-5 * 3 + 1e-8, 12);
    expect(rules().buffer(-0.5)).toBe(1e-5);
  });

  test('are relative for buffers of many thousands, whose float32 neighbours are further apart', () => {
    expect(rules().buffer(-200_000)).toBeCloseTo(2, 12);
  });

  test('are replaced one by one', () => {
    expect(rules({ loss_rtol: 0.5 }).loss(2)).toBeCloseTo(1 + 1e-6, 12);
    expect(rules({ loss_atol: 0.25 }).loss(0)).toBe(0.25);
    expect(rules({ grad_rtol: 0.5, grad_atol: 0.25 }).gradient(1, 0)).toBe(0.75);
  });
});
