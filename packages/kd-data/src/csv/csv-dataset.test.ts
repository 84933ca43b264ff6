import { gzipSync } from 'node:zlib';
import { generator } from 'kd-fuzzing';
import { describe, expect, it } from 'vitest';
import { damage, errorCodeOf } from '../testing/damage.ts';
import { type CsvDatasetOptions, csvDataset } from './csv-dataset.ts';

const read = (text: string, options: Partial<CsvDatasetOptions> = {}) =>
  csvDataset({ name: 'toy', bytes: new TextEncoder().encode(text), inputShape: [1, 2, 1], ...options });

describe('csvDataset', () => {
  it('reads pixels and a label a row, raw and gzip', () => {
    const text = '0,51,1\n102,255,0\n\n';
    for (const bytes of [new TextEncoder().encode(text), gzipSync(text)]) {
      const dataset = csvDataset({ name: 'toy', bytes, inputShape: [1, 2, 1] });
      expect(dataset).toMatchObject({
        name: 'toy',
        length: 2,
        classNames: ['0', '1'],
        inputShape: [1, 2, 1],
      });
      expect([...dataset.image(0), ...dataset.image(1)]).toEqual([0, 0.2, 0.4, 1].map(Math.fround));
      expect([dataset.label(0), dataset.label(1)]).toEqual([1, 0]);
    }
  });

  it("reads Kaggle's tables, with the label first and a header", () => {
    const dataset = read('label,pixel0,pixel1\r\n2,0,255\r\n', { label: 'first' });
    expect([dataset.label(0), dataset.classes, ...dataset.image(0)]).toEqual([2, 3, 0, 1]);
  });

  it('finds a column by its name, and classes by theirs; fractions stay what they are', () => {
    const options = { label: 'kind', classNames: ['cat', 'dog'], pixelMaximum: 1 };
    const dataset = read('a;kind;b\n0.5;"dog";0.25\n1;0;0\n', options);
    expect([...dataset.image(0), ...dataset.image(1)]).toEqual([0.5, 0.25, 1, 0]);
    expect([dataset.label(0), dataset.label(1)]).toEqual([1, 0]);
  });

  it.each<[string, string, Partial<CsvDatasetOptions>, RegExp]>([
    ['nothing', '', {}, /no rows in the table of 'toy'/],
    ['a header alone', 'a,b,label\n', {}, /no rows/],
    ['a row that is too short', '0,0,1\n0,0\n', {}, /Row 2 .* has 2 columns, but 2 pixels and a label are 3/],
    ['a pixel that is none', '0,0,1\n0,x,1\n', {}, /Row 2 .* has 'x' in column 2/],
    ['an empty pixel', '0,0,1\n0,,1\n', {}, /Row 2 .* has '' in column 2/],
    ['a pixel beyond the range', '0,256,1\n', {}, /'256' in column 2, and pixels are numbers from 0 to 255/],
    [
      'a label that is no class',
      '0,0,2\n',
      { classNames: ['a', 'b'] },
      /label '2', .* from 0 to 1, or its name/,
    ],
    ['a label that asks for endless names', '0,0,1e9\n', {}, /label '1e9'/],
    [
      'a column that there is not',
      'a,b,c\n0,0,1\n',
      { label: 'kind' },
      /no column 'kind' .* It has a, b, c\./,
    ],
    ['a name without a header', '0,0,1\n', { label: 'kind' }, /first row is no header/],
    ['a quote that does not end', '0,"0,1\n', {}, /Row 1 .* is damaged/],
    ['a shape that is none', '0,0,1\n', { inputShape: [1, 0, 1] }, /inputShape .* positive/],
  ])('refuses %s', (_, text, options, message) => {
    expect(() => read(text, options)).toThrow(message);
  });

  it('refuses bytes that are no text', () => {
    expect(() => read('', { bytes: Uint8Array.of(0xff, 0xfe, 0x30) })).toThrow(/not text in UTF-8/);
  });

  it('gives a typed error for damaged files', async () => {
    const random = generator(20_261_126);
    const file = new TextEncoder().encode('0,51,1\n102,255,0\n7,8,"1"\n');
    for (let index = 0; index < 1000; index++) {
      const bytes = damage(file, random);
      expect([undefined, 'PARSE']).toContain(await errorCodeOf(() => read('', { bytes })));
    }
  });
});
