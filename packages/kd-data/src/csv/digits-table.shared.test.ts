import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digits } from '../digits/digits.ts';
import { csvDataset } from './csv-dataset.ts';

it('the table of the digits has what is embedded', async () => {
  const dataset = csvDataset({
    name: 'digits',
    bytes: await readFile(join(process.env.KD_SHARED!, 'data', 'digits', 'digits.csv.gz')),
    inputShape: [8, 8, 1],
    pixelMaximum: 16,
  });
  const embedded = digits();
  expect(dataset).toMatchObject({ length: embedded.length, classNames: embedded.classNames });
  for (let index = 0; index < dataset.length; index++) {
    expect(dataset.label(index)).toBe(embedded.label(index));
    expect(dataset.image(index)).toEqual(embedded.image(index));
  }
});
