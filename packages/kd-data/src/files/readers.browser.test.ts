import { gunzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { csvDataset } from '../csv/csv-dataset.ts';
import { npzDataset } from '../numpy/npz-dataset.ts';
import { svhnDataset } from '../svhn/svhn-dataset.ts';

const fetched = async (url: URL): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await fetch(url)).arrayBuffer());

it('a browser decompresses SVHN with what it has', async () => {
  const packed = await fetched(new URL('../testing/fixtures/svhn-compressed.mat.gz', import.meta.url));
  // A server may unpack it on the way.
  const bytes = packed[0] === 0x1f ? gunzipSync(packed) : packed;
  const dataset = await svhnDataset({ name: 'toy', source: new Blob([new Uint8Array(bytes)]) });
  expect([0, 1, 2, 3, 4].map(dataset.label)).toEqual([1, 9, 2, 0, 5]);
  // The formula of bench/data/make-fixtures.py: sample 4, row 31, column 30, blue.
  expect(dataset.image(4)[(31 * 32 + 30) * 3 + 2]).toBe(
    Math.fround(((4 * 31 + 31 * 5 + 30 * 3 + 2 * 67) % 256) / 255),
  );
  const damaged = bytes.slice();
  damaged.fill(0xff, 400, 420);
  await expect(svhnDataset({ name: 'toy', source: damaged })).rejects.toMatchObject({ code: 'PARSE' });
});

it("a browser reads numpy's archives", async () => {
  const source = await fetched(new URL('../testing/fixtures/keras-mnist.npz', import.meta.url));
  const dataset = await npzDataset({ name: 'toy', source, images: 'x_test', labels: 'y_test' });
  expect([dataset.length, dataset.label(0), dataset.label(1)]).toEqual([2, 2, 0]);
});

it('a browser reads tables', () => {
  const bytes = new TextEncoder().encode('0,"255",1\n255,0,0\n');
  const dataset = csvDataset({ name: 'toy', bytes, inputShape: [1, 2, 1] });
  expect([...dataset.image(0), dataset.label(0)]).toEqual([0, 1, 1]);
});
