import fc from 'fast-check';
import { foldIn, prngKey } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../../array-dataset.ts';
import { createLoader, type LoaderOptions } from '../create-loader.ts';
import { buildSampler } from './build-sampler.ts';
import { classBalanced } from './class-balanced.ts';
import type { SampledData, Sampler } from './sampler.ts';
import { weighted } from './weighted.ts';

const key = prngKey(3);
const dataOf = (labels: readonly number[], classes = Math.max(...labels) + 1): SampledData => ({
  name: 'toy',
  labels: Int32Array.from(labels),
  classes,
});
const countsOf = (values: Iterable<number>): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

describe('classBalanced', () => {
  it('shows each class equally often, and its samples as equally as can be', () => {
    const labelLists = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(labelLists, fc.integer({ min: 1, max: 12 }), fc.nat(), (labels, samplesPerClass, epoch) => {
        const data = dataOf(labels, 6);
        const order = classBalanced({ samplesPerClass })(data);
        const positions = order.positions(foldIn(key, epoch));
        const sizes = countsOf(labels);
        expect(positions).toHaveLength(order.length);
        const shown = countsOf(Array.from(positions, (position) => labels[position]!));
        expect([...shown.values()]).toEqual(Array.from(sizes, () => samplesPerClass));
        const times = countsOf(positions);
        labels.forEach((label, position) => {
          const share = samplesPerClass / sizes.get(label)!;
          expect([Math.floor(share), Math.ceil(share)]).toContain(times.get(position) ?? 0);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('balances every batch, to two samples', () => {
    const labels = Array.from({ length: 90 }, (_, index) => (index < 80 ? 0 : index < 88 ? 1 : 2));
    const positions = classBalanced()(dataOf(labels)).positions(key);
    expect(positions).toHaveLength(90);
    for (let first = 0; first < 90; first += 8) {
      const batch = Array.from(positions.subarray(first, first + 8), (position) => labels[position]!);
      const counts = [0, 1, 2].map((label) => batch.filter((each) => each === label).length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
    }
  });

  it('draws each epoch anew, in no fixed turn', () => {
    const order = classBalanced({ samplesPerClass: 2 })(dataOf([0, 0, 0, 0, 1, 1, 1, 1]));
    const epochs = Array.from({ length: 60 }, (_, epoch) => order.positions(foldIn(key, epoch)));
    expect(new Set(epochs.flatMap((positions) => [...positions])).size).toBe(8);
    expect(new Set(epochs.map((positions) => positions[0]! < 4)).size).toBe(2);
    expect(new Set(epochs.map((positions) => positions.join())).size).toBeGreaterThan(40);
  });

  it.each([0, 1.5, -1])('refuses %s samples a class', (samplesPerClass) => {
    expect(() => classBalanced({ samplesPerClass })).toThrow(/samplesPerClass must be a positive integer/);
  });
});

describe('weighted', () => {
  it('draws in proportion to the weights', () => {
    const weights = [0, 3, 1, 0, 4];
    const counts = countsOf(weighted({ weights, length: 8000 })(dataOf([0, 0, 0, 0, 0])).positions(key));
    expect([...counts.keys()].sort()).toEqual([1, 2, 4]);
    for (const [position, count] of counts) {
      const share = weights[position]! / 8;
      // Six standard deviations of a binomial.
      expect(Math.abs(count - 8000 * share)).toBeLessThan(6 * Math.sqrt(8000 * share * (1 - share)));
    }
  });

  it('has by default an epoch as long as the data set', () => {
    expect(weighted({ weights: [1, 2] })(dataOf([0, 1])).length).toBe(2);
  });

  it.each<[number[], RegExp]>([
    [[1], /There are 1 weights for the 2 samples of data set 'toy'/],
    [[1, -1], /weight of sample 1 of data set 'toy' must be 0 or more, got -1/],
    [[1, Number.NaN], /weight of sample 1 .* got NaN/],
    [[0, 0], /add up to 0/],
    [[1e308, 1e308], /add up to Infinity/],
  ])('refuses the weights %j', (weights, message) => {
    expect(() => weighted({ weights })(dataOf([0, 1]))).toThrow(message);
  });

  it('refuses an epoch without samples', () => {
    expect(() => weighted({ weights: [1], length: 0 })).toThrow(/length must be a positive integer/);
  });
});

describe('a sampler in a loader', () => {
  const dataset = arrayDataset({
    name: 'toy',
    pixels: Uint8Array.from({ length: 10 }, (_, index) => index),
    labels: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1),
    inputShape: [1, 1, 1],
    classNames: ['many', 'few'],
  });
  const load = (options: Partial<LoaderOptions>) => createLoader({ dataset, batchSize: 4, key, ...options });

  it.each([classBalanced({ samplesPerClass: 3 }), weighted({ weights: [...Array(10).keys()], length: 6 })])(
    'decides which samples come, and is made again of its spec',
    (sampler) => {
      const loader = load({ sampler });
      expect([loader.length, loader.stepsPerEpoch]).toEqual([6, 2]);
      const again = load({ sampler: buildSampler(structuredClone(sampler.spec!)) });
      for (const [epoch, index] of [
        [0, 0],
        [3, 1],
        [0, 1],
      ] as const) {
        const batch = loader.batch(epoch, index);
        expect(again.batch(epoch, index)).toEqual(batch);
        for (const [place, sample] of batch.indices.data.entries()) {
          expect(batch.labels.data[place]).toBe(dataset.label(sample));
          expect(batch.images.data[place]).toBe(dataset.image(sample)[0]);
        }
      }
    },
  );

  it('may be a function of the user', () => {
    const backwards: Sampler = ({ labels }) => ({
      length: 5,
      positions: () => Int32Array.from({ length: 5 }, (_, place) => labels.length - 1 - place),
    });
    expect([...load({ sampler: backwards }).batch(7, 0).indices.data]).toEqual([9, 8, 7, 6]);
  });

  it.each<[number[], RegExp]>([
    [[0, 1], /must give 3 of the positions 0\.\.9 of data set 'toy' .* gave 2 positions/],
    [[0, 10, 1], /gave the position 10/],
  ])('is refused when it gives %j', (given, message) => {
    const loader = load({ sampler: () => ({ length: 3, positions: () => Int32Array.from(given) }) });
    expect(() => loader.batch(0, 0)).toThrow(message);
  });

  it('is not combined with shuffle', () => {
    expect(() => load({ sampler: classBalanced(), shuffle: false })).toThrow(/leave out shuffle/);
  });
});

describe('a last batch that is filled up', () => {
  const labels = Uint8Array.from({ length: 7 }, (_, index) => index % 2);
  const dataset = arrayDataset({
    name: 'toy',
    pixels: Uint8Array.from({ length: 7 }, (_, index) => index),
    labels,
    inputShape: [1, 1, 1],
    classNames: ['a', 'b'],
  });

  it('has the size of the others, and says which samples count', () => {
    const padded = createLoader({ dataset, batchSize: 3, key, padLast: true });
    const plain = createLoader({ dataset, batchSize: 3, key });
    expect(padded).toMatchObject({ length: 7, stepsPerEpoch: 3, pads: true });
    expect(padded.batch(2, 0)).toMatchObject({
      ...plain.batch(2, 0),
      mask: { data: Uint8Array.of(1, 1, 1) },
    });
    const { images, labels: classes, indices, mask } = padded.batch(2, 2);
    const [last] = plain.batch(2, 2).indices.data;
    expect([...mask!.data]).toEqual([1, 0, 0]);
    expect([...indices.data]).toEqual([last, last, last]);
    expect([...classes.data]).toEqual(Array(3).fill(labels[last!]));
    expect(images.data).toEqual(new Float32Array(3).fill(Math.fround(last! / 255)));
  });

  it('is not left out as well', () => {
    expect(() => createLoader({ dataset, batchSize: 3, key, padLast: true, dropLast: true })).toThrow(
      /either left out \(dropLast\) or filled up/,
    );
  });
});
