import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { prngKey } from 'kd-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageArchive } from '../image-files/image-archive.ts';
import type { ImageFileOptions } from '../image-files/image-file-dataset.ts';
import type { ImageFileDataset } from '../image-files/labelled-images.ts';
import { createLoader } from '../loader/create-loader.ts';
import { parallelLoader } from '../loader/parallel-loader.ts';
import { solidPng } from '../testing/make-png.ts';
import { intoFile } from './into-file.ts';
import { openDecodedFile } from './open-decoded-file.ts';

const files = Object.fromEntries(
  Array.from({ length: 7 }, (_, index) => [
    `${index % 2 === 0 ? 'even' : 'odd'}/${index}.png`,
    solidPng([index, 2 * index, 255 - index], 3, 2),
  ]),
);
const images = (options: ImageFileOptions = {}): Promise<ImageFileDataset> =>
  imageArchive(zipSync(files), { name: 'toy', ...options });

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-decoded-'));
  path = join(folder, 'cache', 'toy.pixels');
});
afterEach(() => rm(folder, { recursive: true }));

describe('intoFile', () => {
  it('gives the samples of the data set, also when the file is opened again', async () => {
    const dataset = await images({ attribution: 'nobody' });
    for (const file of [await intoFile(dataset, path), openDecodedFile(path)]) {
      using open = file;
      expect(open).toMatchObject({
        name: 'toy',
        length: 7,
        classNames: ['even', 'odd'],
        inputShape: [2, 3, 3],
      });
      expect(open.attribution).toBe('nobody');
      for (let index = 0; index < 7; index++) {
        expect(open.image(index)).toEqual(await dataset.image(index));
        expect(open.label(index)).toBe(dataset.label(index));
      }
      expect(() => open.image(7)).toThrow(/indices 0\.\.6/);
    }
    expect(await readdir(join(folder, 'cache'))).toEqual(['toy.pixels']);
  });

  it('decodes once, and tells how far it is', async () => {
    const dataset = await images();
    const progress: unknown[] = [];
    const onProgress = (...told: number[]): void => void progress.push(told);
    (await intoFile(dataset, path, { onProgress })).close();
    expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7].map((done) => [done, 7]));
    (await intoFile(await images(), path, { onProgress })).close();
    expect(progress).toHaveLength(7);
  });

  it.each<[string, ImageFileOptions, string | undefined]>([
    ['other class names', { classNames: ['odd', 'even'] }, 'a'],
    ['another size', { size: 4 }, 'a'],
    ['other channels', { channels: 1 }, 'a'],
    ['another fingerprint', {}, 'b'],
  ])('makes the file anew for %s', async (_name, options, fingerprint) => {
    (await intoFile(await images(), path, { fingerprint: 'a' })).close();
    const dataset = await images(options);
    using file = await intoFile(dataset, path, fingerprint === undefined ? {} : { fingerprint });
    expect(file.image(3)).toEqual(await dataset.image(3));
    expect(file.label(0)).toBe(dataset.label(0));
    expect(file.inputShape).toEqual(dataset.inputShape);
  });

  it('makes a file anew that is incomplete or whose header is damaged, and no other', async () => {
    const dataset = await images();
    (await intoFile(dataset, path)).close();
    const whole = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 8, max: whole.length - 1 }), async (length) => {
        await writeFile(path, whole.subarray(0, length));
        expect(() => openDecodedFile(path)).toThrow(/is damaged/);
        (await intoFile(dataset, path)).close();
        expect(await readFile(path)).toEqual(whole);
      }),
      { numRuns: 10 },
    );
    await writeFile(path, 'my diary');
    await expect(intoFile(dataset, path)).rejects.toMatchObject({
      code: 'STORAGE',
      message: expect.stringMatching(/no file of decoded images.*left as it is/),
    });
    expect(await readFile(path, 'utf8')).toBe('my diary');
  });

  it('leaves nothing behind when an image is damaged', async () => {
    const bad = { ...files, 'odd/5.png': files['odd/5.png']!.subarray(0, 40) };
    const dataset = await imageArchive(zipSync(bad));
    await expect(intoFile(dataset, path)).rejects.toThrow(/'odd\/5\.png'.*is damaged/);
    expect(await readdir(join(folder, 'cache'))).toEqual([]);
  });

  it('says where it cannot write', async () => {
    await writeFile(join(folder, 'cache'), 'a file');
    await expect(intoFile(await images(), path)).rejects.toMatchObject({ code: 'STORAGE' });
  });
});

describe('openDecodedFile', () => {
  it('notices every changed byte: at once in the header, when it is read in an image', async () => {
    const dataset = await images();
    (await intoFile(dataset, path)).close();
    const whole = await readFile(path);
    const pixels = whole.length - 7 * 18;
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (place, change) => {
          const changed = Uint8Array.from(whole);
          changed[place]! ^= change;
          await writeFile(path, changed);
          if (place < pixels) {
            expect(() => openDecodedFile(path)).toThrow(/is damaged|no file of decoded images/);
            return;
          }
          using file = openDecodedFile(path);
          const damaged = Math.floor((place - pixels) / 18);
          for (let index = 0; index < 7; index++) {
            if (index === damaged) expect(() => file.image(index)).toThrow(`The pixels of sample ${index}`);
            else expect(file.image(index)).toEqual(await dataset.image(index));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is read by workers', async () => {
    using dataset = await intoFile(await images(), path);
    const options = { dataset, batchSize: 3, key: prngKey(1) };
    await using loader = await parallelLoader(options);
    expect(await loader.batch(2, 1)).toEqual(createLoader(options).batch(2, 1));
  });

  it('says what is not there, and what has been closed', async () => {
    expect(() => openDecodedFile(path)).toThrow(/Cannot read .*: there is no such file/);
    const file = await intoFile(await images(), path);
    file.close();
    file.close();
    expect(() => file.image(0)).toThrow(/has been closed/);
  });
});
