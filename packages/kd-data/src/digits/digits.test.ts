import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digits } from './digits.ts';

// The expected numbers were computed by a Python script from the csv file that the generator reads, without
// this package: counts and pixel sums by label, and hashlib.sha256 over the bytes of all pixels (0..16, in the
// order of the file) and of all labels. The counts also stand in the UCI description of the data.
const countByClass = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
const pixelSumByClass = [56415, 57007, 55566, 56151, 56239, 55915, 56336, 54289, 57408, 56392];
const pixelHash = '8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3';
const labelHash = '8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0';

const sha256 = (values: readonly number[]): string =>
  createHash('sha256').update(Uint8Array.from(values)).digest('hex');

describe('digits', () => {
  const dataset = digits();
  const indices = Array.from({ length: dataset.length }, (_, index) => index);

  it('describes itself', () => {
    expect(dataset).toMatchObject({ name: 'digits', length: 1797, classes: 10, inputShape: [8, 8, 1] });
    expect(dataset.classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(dataset.attribution).toMatch(/Alpaydin.*Kaynak.*1998.*CC BY 4\.0/);
  });

  it('has the counts and pixel sums of the original for every class', () => {
    const counts = new Array<number>(10).fill(0);
    const sums = new Array<number>(10).fill(0);
    for (const index of indices) {
      const label = dataset.label(index);
      counts[label]!++;
      sums[label]! += dataset.image(index).reduce((sum, value) => sum + value * 16, 0);
    }
    expect(counts).toEqual(countByClass);
    expect(sums).toEqual(pixelSumByClass);
  });

  it('has every pixel and label of the original in the original order', () => {
    expect(sha256(indices.flatMap((index) => Array.from(dataset.image(index), (value) => value * 16)))).toBe(
      pixelHash,
    );
    expect(sha256(indices.map((index) => dataset.label(index)))).toBe(labelHash);
  });

  it('decodes once and gives out copies', () => {
    expect(digits()).toBe(dataset);
    dataset.image(0).fill(0.5);
    expect(dataset.image(0)[0]).toBe(0);
  });
});
