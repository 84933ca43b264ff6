import { prngKey } from 'kd-core';
import { expect, it } from 'vitest';
import { arrayDataset } from '../array-dataset.ts';
import { padCropFlip } from '../transforms/pad-crop-flip.ts';
import { parallelLoader } from './parallel-loader.ts';

it('keeps resident memory bounded, whatever has gone through', async () => {
  const dataset = arrayDataset({
    name: 'black',
    pixels: new Uint8Array(256 * 32 * 32 * 3),
    labels: new Uint8Array(256),
    inputShape: [32, 32, 3],
    classNames: ['black'],
  });
  await using loader = await parallelLoader({
    dataset,
    batchSize: 128,
    key: prngKey(0),
    transforms: [padCropFlip()],
  });
  const read = async (from: number, to: number): Promise<void> => {
    for (let step = from; step < to; step++) await loader.batch(Math.floor(step / 2), step % 2);
  };
  await read(0, 50);
  const before = process.memoryUsage.rss();
  await read(50, 400);
  // 350 batches of 1.5 MB; what is garbage is not always collected at once.
  expect(process.memoryUsage.rss() - before).toBeLessThan(250e6);
});
