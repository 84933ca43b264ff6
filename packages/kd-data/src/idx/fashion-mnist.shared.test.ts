import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { datasetEntry } from '../catalog/catalog.ts';
import { channelStatistics } from '../transforms/channel-statistics.ts';
import { readMnistDataset } from './read-mnist-dataset.ts';

const folder = join(process.env.KD_SHARED!, 'data', 'fashion-mnist');
const entry = datasetEntry('fashion-mnist');
const read = (part: 'train' | 'test') => readMnistDataset({ name: 'fashion-mnist', folder, part });

it('Fashion-MNIST has 1,000 test images of each class, as its authors describe', async () => {
  const dataset = await read('test');
  expect(dataset).toMatchObject({ length: entry.splits.test, classes: 10, inputShape: entry.inputShape });
  const counts = new Array<number>(10).fill(0);
  for (let index = 0; index < dataset.length; index++) counts[dataset.label(index)]!++;
  expect(counts).toEqual(new Array(10).fill(1000));
});

it('the constants of the catalogue are those of the training images', async () => {
  const { mean, standardDeviation } = channelStatistics(await read('train'));
  expect(entry.normalization!.mean[0]).toBeCloseTo(mean[0]!, 3);
  expect(entry.normalization!.standardDeviation[0]).toBeCloseTo(standardDeviation[0]!, 3);
});

it('the catalogue has the digests of the contents, whoever compressed them', async () => {
  for (const { file, contentSha256 } of entry.forms[0]!.archives) {
    const content = gunzipSync(await readFile(join(folder, file)));
    expect(createHash('sha256').update(content).digest('hex'), file).toBe(contentSha256);
  }
});
