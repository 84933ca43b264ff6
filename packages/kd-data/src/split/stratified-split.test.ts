import fc from 'fast-check';
import { prngKey } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../array-dataset.ts';
import type { Dataset } from '../dataset.ts';
import { digits } from '../digits/digits.ts';
import { stratifiedSplit } from './stratified-split.ts';

const fractions = { train: 0.6, validation: 0.2, test: 0.2 };

const originalIndices = (part: Dataset): number[] =>
  Array.from({ length: part.length }, (_, index) => part.originalIndex(index));

function withLabels(labels: readonly number[], classes: number): Dataset {
  return arrayDataset({
    name: 'labels',
    pixels: new Uint8Array(labels.length),
    labels: Int32Array.from(labels),
    inputShape: [1, 1, 1],
    classNames: Array.from({ length: classes }, (_, index) => String(index)),
  });
}

describe('stratifiedSplit', () => {
  it('is disjoint, complete and proportional in every class', () => {
    const labels = fc.array(fc.nat({ max: 4 }), { minLength: 40, maxLength: 200 });
    fc.assert(
      fc.property(labels, fc.nat(), (given, seed) => {
        const dataset = withLabels(given, 5);
        const parts = Object.entries(stratifiedSplit(dataset, { fractions, key: prngKey(seed) }));
        const all = parts.flatMap(([, part]) => originalIndices(part));
        expect(all.toSorted((a, b) => a - b)).toEqual(given.map((_, index) => index));
        for (const [name, part] of parts) {
          for (let label = 0; label < 5; label++) {
            const expected = given.filter((each) => each === label).length * fractions[name as 'train'];
            const found = originalIndices(part).filter((index) => given[index] === label).length;
            expect(Math.abs(found - expected)).toBeLessThan(1);
          }
        }
      }),
    );
  });

  it('depends on the key alone', () => {
    const split = (seed: number): number[] =>
      originalIndices(stratifiedSplit(digits(), { fractions, key: prngKey(seed) }).test);
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
  });

  it('names its parts and keeps the samples of the data set', () => {
    const { train } = stratifiedSplit(digits(), { fractions, key: prngKey(0) });
    expect(train.name).toBe('digits/train');
    const original = train.originalIndex(7);
    expect(train.label(7)).toBe(digits().label(original));
    expect(train.image(7)).toEqual(digits().image(original));
  });

  it.each([
    [{ train: 0.5, test: 0.4 }, /sum to 1, got \{"train":0.5,"test":0.4\}/],
    [{ train: 1.5, test: -0.5 }, /above 0/],
    [{ train: Number.NaN, test: 0.4 }, /above 0/],
    [{}, /sum to 1/],
    [{ train: 0.999, test: 0.001 }, /Part 'test' \(0\.001 of 20 samples of 'labels'\) would be empty/],
  ])('refuses the fractions %j', (bad: Record<string, number>, message) => {
    const dataset = withLabels(new Array<number>(20).fill(0), 1);
    expect(() => stratifiedSplit(dataset, { fractions: bad, key: prngKey(0) })).toThrow(message);
  });
});
