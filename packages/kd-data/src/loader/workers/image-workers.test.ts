import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { prngKey } from 'kd-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AsyncDataset } from '../../dataset.ts';
import { imageArchive } from '../../image-files/image-archive.ts';
import { imageFileDataset } from '../../image-files/image-file-dataset.ts';
import { imageFolder } from '../../image-files/image-folder.ts';
import { openImageFiles } from '../../image-files/open-image-files.ts';
import { builtInDecoder } from '../../images/built-in-decoder.ts';
import { sharpDecoder } from '../../images/sharp-decoder.ts';
import { greyJpeg, subsampledJpeg } from '../../testing/jpeg-cases.ts';
import { padCropFlip } from '../../transforms/pad-crop-flip.ts';
import { createLoader } from '../create-loader.ts';
import { parallelLoader } from '../parallel-loader.ts';

const files = {
  'a/1.jpg': subsampledJpeg.file,
  'a/2.jpg': subsampledJpeg.file,
  'b/1.jpg': subsampledJpeg.file,
  'b/2.jpg': greyJpeg.file,
};
const archive = zipSync(files);
const reading = { size: 6, channels: 3 } as const;

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-images-'));
  path = join(folder, 'set.zip');
  await writeFile(path, archive);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, 'set', name, '..'), { recursive: true });
    await writeFile(join(folder, 'set', name), content);
  }
});
afterAll(() => rm(folder, { recursive: true }));

const options = (dataset: AsyncDataset) => ({
  dataset,
  batchSize: 2,
  key: prngKey(4),
  transforms: [padCropFlip({ padding: 1 })],
});

describe('image files in workers', () => {
  it.each<[string, () => Promise<AsyncDataset>]>([
    ['an archive on disk', async () => imageFileDataset(await openImageFiles(path), reading)],
    ['an archive in memory', () => imageArchive(archive, reading)],
    ['a folder', () => imageFolder(join(folder, 'set'), reading)],
    [
      'a folder, by sharp',
      async () => imageFolder(join(folder, 'set'), { ...reading, decoder: await sharpDecoder() }),
    ],
  ])('are the same as on this thread: %s', async (_name, open) => {
    const dataset = await open();
    await using loader = await parallelLoader({ ...options(dataset), workers: 2 });
    const expected = createLoader(options(dataset));
    for (const [epoch, index] of [
      [0, 0],
      [0, 1],
      [3, 1],
    ] as const) {
      expect(await loader.batch(epoch, index)).toEqual(await expected.batch(epoch, index));
    }
  });

  it('are named when they are damaged', async () => {
    const damaged = zipSync({ ...files, 'b/1.jpg': subsampledJpeg.file.subarray(0, -20) });
    const dataset = await imageArchive(damaged, { ...reading, name: 'set.zip' });
    await using loader = await parallelLoader({ ...options(dataset), shuffle: false });
    expect((await loader.batch(0, 0)).labels.data).toEqual(Int32Array.of(0, 0));
    await expect(loader.batch(0, 1)).rejects.toMatchObject({
      code: 'PARSE',
      message: expect.stringMatching(/^Image 'b\/1\.jpg' of the archive 'set\.zip' is damaged/),
    });
  });

  it('are decoded by a decoder of this package', async () => {
    const decoder = { ...builtInDecoder, name: 'mine' };
    const dataset = await imageArchive(archive, { ...reading, decoder });
    await expect(parallelLoader(options(dataset))).rejects.toThrow(/is a function of your own/);
  });
});
