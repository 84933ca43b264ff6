import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prngKey } from 'kd-core';
import { expect, it } from 'vitest';
import { intoFile } from '../decoded-file/into-file.ts';
import { imageFileDataset } from '../image-files/image-file-dataset.ts';
import { openImageFiles } from '../image-files/open-image-files.ts';
import { padCropFlip } from '../transforms/pad-crop-flip.ts';
import { createLoader } from './create-loader.ts';
import { parallelLoader } from './parallel-loader.ts';

const archive = join(process.env.KD_SHARED!, 'data', 'cifar10-jpeg', 'test.zip');

it('gives the batches of CIFAR-10, decoded in workers, on this thread and from a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kd-cifar-'));
  try {
    const images = await imageFileDataset(await openImageFiles(archive), { name: 'cifar10' });
    using file = await intoFile(images, join(folder, 'cifar10.pixels'));
    expect(file.length).toBe(8000);
    const options = { batchSize: 128, key: prngKey(6), transforms: [padCropFlip()] };
    const expected = createLoader({ ...options, dataset: images });
    const fromFile = createLoader({ ...options, dataset: file });
    await using inWorkers = await parallelLoader({ ...options, dataset: images, workers: 2 });
    await using fileInWorkers = await parallelLoader({ ...options, dataset: file, workers: 1 });
    for (const [epoch, index] of [
      [0, 0],
      [0, 1],
      [9, 62],
    ] as const) {
      const batch = await expected.batch(epoch, index);
      expect(fromFile.batch(epoch, index)).toEqual(batch);
      expect(await inWorkers.batch(epoch, index)).toEqual(batch);
      expect(await fileInWorkers.batch(epoch, index)).toEqual(batch);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
