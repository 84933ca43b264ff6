import fc from 'fast-check';
import { prngKey, type SampleTable } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { type NegativeSamplerOptions, negativeSampler } from './negative-sampler.ts';

const tableOf = (labels: readonly number[]): SampleTable => ({
  count: labels.length,
  labels: Int32Array.from(labels),
});

const classNegatives: NegativeSamplerOptions = { negatives: 'otherClasses', positives: 'exact' };

/** The rows as lists: the positive, then the negatives. */
function rowsOf(
  table: SampleTable,
  indices: readonly number[],
  options: NegativeSamplerOptions,
  seed = 1,
): number[][] {
  const { rows } = negativeSampler(table, options).draw(prngKey(seed), indices);
  const width = rows.shape[1]!;
  return indices.map((_, place) => [...rows.data.subarray(place * width, (place + 1) * width)]);
}

describe('negativeSampler', () => {
  const tables = fc
    .array(fc.integer({ min: -1, max: 3 }), { minLength: 2, maxLength: 30 })
    .filter((labels) => new Set(labels.filter((label) => label >= 0)).size > 1);

  it('draws what may be drawn, none twice, in every row', () => {
    fc.assert(
      fc.property(
        tables,
        fc.constantFrom('otherClasses' as const, 'otherSamples' as const),
        fc.nat(1000),
        (labels, negatives, seed) => {
          const table = tableOf(labels);
          const present = labels.flatMap((label, index) => (label < 0 ? [] : [index]));
          const options = { negatives, positives: 'exact' } as const;
          const { count, samples } = negativeSampler(table, options);
          expect(samples).toBe(present.length);
          rowsOf(table, present, options, seed).forEach((row, number) => {
            const [positive, ...others] = row;
            expect(positive).toBe(number);
            expect(new Set(others).size).toBe(count);
            for (const other of others) {
              const [mine, theirs] = [labels[present[number]!], labels[present[other]!]];
              expect(negatives === 'otherClasses' ? mine !== theirs : other !== number).toBe(true);
            }
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('takes as many as the sample with the fewest has, and at most 16384, unless told', () => {
    const small = tableOf([0, 0, 0, 0, 1, 1]);
    expect(negativeSampler(small, classNegatives).count).toBe(2);
    expect(negativeSampler(small, { ...classNegatives, negatives: 'otherSamples' }).count).toBe(5);
    expect(negativeSampler(small, { ...classNegatives, count: 4 }).count).toBe(4);
    const large = tableOf(Array.from({ length: 40_000 }, (_, index) => index % 2));
    expect(negativeSampler(large, classNegatives).count).toBe(16384);
  });

  it('draws with replacement only where a sample has fewer than asked for', () => {
    const table = tableOf([0, 0, 0, 1]);
    const [first, last] = rowsOf(table, [0, 3], { ...classNegatives, count: 3 });
    expect(first).toEqual([0, 3, 3, 3]);
    expect([...last!].sort()).toEqual([0, 1, 2, 3]);
  });

  it('draws every negative equally often, at every place of a row', () => {
    const table = tableOf([0, 0, 1, 1, 1, 1]);
    const seen = new Map<string, number>();
    const draws = 3000;
    for (let seed = 0; seed < draws; seed++) {
      const [[, ...others]] = rowsOf(table, [0], { ...classNegatives, count: 2 }, seed) as [number[]];
      seen.set(others.join(), (seen.get(others.join()) ?? 0) + 1);
    }
    // Twelve ordered pairs of four; the deviation of a count is about 15.
    expect(seen.size).toBe(12);
    for (const count of seen.values()) expect(Math.abs(count - draws / 12)).toBeLessThan(75);
  });

  it('is a function of the key, and rows differ', () => {
    const table = tableOf(Array.from({ length: 400 }, (_, index) => index % 2));
    const rows = rowsOf(table, [0, 0], classNegatives);
    expect(rowsOf(table, [0, 0], classNegatives)).toEqual(rows);
    expect(rowsOf(table, [0, 0], classNegatives, 2)).not.toEqual(rows);
    expect(rows[0]).not.toEqual(rows[1]);
  });

  it('relaxes positives to the class', () => {
    const table = tableOf([0, 1, 0, 1, 0]);
    const positives = new Set(
      Array.from({ length: 40 }, (_, seed) => {
        const [row] = rowsOf(table, [2], { ...classNegatives, positives: 'relax' }, seed);
        return row![0]!;
      }),
    );
    expect([...positives].sort()).toEqual([0, 2, 4]);
  });

  it('numbers samples in the order of their indices', () => {
    const { draw } = negativeSampler(tableOf([-1, 0, -1, 1, 1]), classNegatives);
    expect([...draw(prngKey(1), [4, 1]).numbers.data]).toEqual([2, 0]);
  });

  it('refuses what leaves no negatives, and indices without a sample', () => {
    expect(() => negativeSampler(tableOf([2, 2, 2]), classNegatives)).toThrow(
      /all 3 samples are of one class.*'otherSamples'/,
    );
    expect(() => negativeSampler(tableOf([0, -1]), { ...classNegatives, negatives: 'otherSamples' })).toThrow(
      /one sample/,
    );
    const { draw } = negativeSampler(tableOf([0, -1, 1]), classNegatives);
    expect(() => draw(prngKey(1), [1])).toThrow(/the sample 1, which is not in the source's table of 3/);
    expect(() => draw(prngKey(1), [7])).toThrow(/the sample 7/);
  });
});
