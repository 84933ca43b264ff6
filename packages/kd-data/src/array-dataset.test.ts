import { describe, expect, it } from 'vitest';
import { arrayDataset } from './array-dataset.ts';
import { subset } from './subset.ts';

const options = {
  name: 'toy',
  pixels: Uint8Array.of(0, 51, 102, 153, 204, 255),
  labels: Uint8Array.of(1, 0, 1),
  inputShape: [1, 2, 1],
  classNames: ['a', 'b'],
} as const;

describe('arrayDataset', () => {
  it('scales bytes to 0..1 and keeps floats', () => {
    expect([...arrayDataset(options).image(1)]).toEqual([0.4, 0.6].map(Math.fround));
    const floats = arrayDataset({ ...options, pixels: Float32Array.of(0, 1, 0.25, 0.5, 0.75, 1) });
    expect([...floats.image(1)]).toEqual([0.25, 0.5]);
  });

  it('takes any kind of number, where it is told what stands for 1', () => {
    const pixels = Uint16Array.of(0, 1, 1024, 2048, 3, 4);
    const medical = arrayDataset({ ...options, pixels, pixelMaximum: 4096, labels: Uint16Array.of(1, 0, 1) });
    expect([...medical.image(1)]).toEqual([0.25, 0.5]);
    expect(() => arrayDataset({ ...options, pixels })).toThrow(/'toy' needs pixelMaximum: .* Uint16Array/);
    expect([
      ...arrayDataset({ ...options, pixels: Uint8ClampedArray.of(0, 0, 255, 51, 0, 0) }).image(1),
    ]).toEqual([1, 0.2].map(Math.fround));
  });

  it.each([
    ['a label without a class', { labels: Uint8Array.of(1, 0, 2) }, /Sample 2 of data set 'toy' has label 2/],
    ['a negative label', { labels: Int32Array.of(1, -1, 0) }, /Sample 1 .* label -1/],
    ['too few pixels', { pixels: new Uint8Array(5) }, /take 6 pixels, but there are 5/],
    ['no samples', { pixels: new Uint8Array(0), labels: new Uint8Array(0) }, /no samples/],
    ['a shape with a zero', { inputShape: [0, 2, 1] as const }, /positive integers, got \[0, 2, 1\]/],
    ['a scale of zero', { pixelMaximum: 0 }, /pixelMaximum .* positive/],
  ])('refuses %s', (_, change, message) => {
    expect(() => arrayDataset({ ...options, ...change })).toThrow(message);
  });

  it.each([-1, 3, 0.5, Number.NaN])('refuses the index %s', (index) => {
    const dataset = arrayDataset(options);
    for (const read of [dataset.image, dataset.label, dataset.originalIndex]) {
      expect(() => read(index)).toThrow(/has the indices 0\.\.2/);
    }
  });
});

describe('subset', () => {
  const dataset = arrayDataset({ ...options, attribution: 'someone' });

  it('gives the chosen samples in the given order and keeps original indices through two levels', () => {
    const once = subset(dataset, [2, 1]);
    const twice = subset(once, [1], { name: 'last' });
    expect(once).toMatchObject({ length: 2, classes: 2, attribution: 'someone' });
    expect([once.originalIndex(0), once.originalIndex(1)]).toEqual([2, 1]);
    expect([...once.image(0)]).toEqual([...dataset.image(2)]);
    expect(twice).toMatchObject({ name: 'last', length: 1 });
    expect([twice.originalIndex(0), twice.label(0)]).toEqual([1, 0]);
  });

  it('refuses indices outside its parent, and an empty list', () => {
    expect(() => subset(dataset, [0, 3])).toThrow(/'toy' has the indices 0\.\.2, but index 3/);
    expect(() => subset(subset(dataset, [0]), [1])).toThrow(/indices 0\.\.0, but index 1/);
    expect(() => subset(dataset, [])).toThrow(/at least one index/);
  });
});
