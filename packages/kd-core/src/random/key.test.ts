import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomBits } from './bits.ts';
import { foldIn, type PrngKey, prngKey, splitKey } from './key.ts';

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const anyKey = fc.tuple(word, word) as fc.Arbitrary<PrngKey>;

describe('keys', () => {
  it('keep all 53 bits of a seed', () => {
    expect(prngKey(2 ** 32 + 5)).toEqual([1, 5]);
    expect(prngKey(Number.MAX_SAFE_INTEGER)).toEqual([2 ** 21 - 1, 2 ** 32 - 1]);
  });

  it('that are split or folded are all different, and differ from the numbers drawn', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const drawn = randomBits(key, 64);
        const pairs = Array.from({ length: 32 }, (_, index) => [drawn[2 * index]!, drawn[2 * index + 1]!]);
        const derived = [
          key,
          ...splitKey(key, 32),
          ...Array.from({ length: 32 }, (_, index) => foldIn(key, index)),
        ];
        expect(new Set([...pairs, ...derived].map(String)).size).toBe(97);
      }),
    );
  });

  it('that are split more often begin with the same keys', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(splitKey(key, 5).slice(0, 2)).toEqual(splitKey(key));
      }),
    );
  });

  it('of neighbouring seeds share no more bits than chance allows', () => {
    let equalBits = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const [a, b] = [randomBits(prngKey(seed), 1)[0]!, randomBits(prngKey(seed + 1), 1)[0]!];
      for (let bit = 0; bit < 32; bit++) equalBits += ((a ^ b) >>> bit) & 1 ? 0 : 1;
    }
    // 32,000 fair coins: five standard deviations are 5 * sqrt(8000) = 447.
    expect(Math.abs(equalBits - 16_000)).toBeLessThan(447);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuse the seed %s', (seed) => {
    expect(() => prngKey(seed)).toThrow(/seed must be an integer/);
  });

  it('refuse a count of 0 and data beyond 32 bits', () => {
    expect(() => splitKey([0, 0], 0)).toThrow(/count must be a positive integer, got 0/);
    expect(() => foldIn([0, 0], 2 ** 32)).toThrow(/data must be an integer/);
    expect(() => foldIn([0, 0], -1)).toThrow(/data must be an integer/);
  });
});
