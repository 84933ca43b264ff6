import { openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cifar10ClassNames } from '../cifar/cifar10-class-names.ts';
import { sharpDecoder } from '../images/sharp-decoder.ts';
import { makeTar } from '../testing/make-tar.ts';
import { archiveFiles } from './archive-files.ts';
import { imageFileDataset } from './image-file-dataset.ts';
import { intoMemory } from './into-memory.ts';

const zip = await openAsBlob(join(process.env.KD_SHARED!, 'data/cifar10-jpeg/test.zip'));
const files = await archiveFiles(zip, { name: 'test.zip' });

it('reads all images of CIFAR-10 as JPEG into memory', async () => {
  const dataset = await intoMemory(await imageFileDataset(files));
  expect(dataset).toMatchObject({ length: 8000, inputShape: [32, 32, 3] });
  expect(dataset.classNames).toEqual(cifar10ClassNames);
  expect([0, 799, 800, 7999].map(dataset.label)).toEqual([0, 0, 1, 9]);
});

it('gives the same pixels by sharp, and from a tar archive', async () => {
  const builtIn = await imageFileDataset(files);
  const bySharp = await imageFileDataset(files, { decoder: await sharpDecoder() });
  const chosen = Array.from({ length: 200 }, (_, index) => index * 40);
  const members = await Promise.all(
    chosen.map(async (index) => ({
      name: builtIn.path(index),
      content: await files.read(builtIn.path(index)),
    })),
  );
  const fromTar = await imageFileDataset(await archiveFiles(makeTar(members)));
  for (const [position, index] of chosen.entries()) {
    const pixels = await builtIn.pixels(index);
    expect(await bySharp.pixels(index)).toEqual(pixels);
    expect(await fromTar.pixels(position)).toEqual(pixels);
  }
});
