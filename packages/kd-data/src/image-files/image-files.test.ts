import { openAsBlob } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { prngKey } from 'kd-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtInDecoder } from '../images/built-in-decoder.ts';
import { sharpDecoder } from '../images/sharp-decoder.ts';
import { createLoader } from '../loader/create-loader.ts';
import { greyJpeg, webpCase } from '../testing/jpeg-cases.ts';
import { makePng, solidPng } from '../testing/make-png.ts';
import { normalize } from '../transforms/normalize.ts';
import { imageArchive } from './image-archive.ts';
import { imageFileDataset } from './image-file-dataset.ts';
import { imageFolder } from './image-folder.ts';
import { intoMemory } from './into-memory.ts';
import type { ImageFileDataset } from './labelled-images.ts';
import { openImageFiles } from './open-image-files.ts';

type Files = Readonly<Record<string, Uint8Array>>;

const toy: Files = {
  'test/red/1.png': solidPng([255, 0, 0]),
  'test/red/2.png': solidPng([128, 0, 0]),
  'test/blue/1.png': solidPng([0, 0, 255]),
  'test/notes.txt': new TextEncoder().encode('not an image'),
};
const grey = makePng({
  width: 2,
  height: 2,
  depth: 8,
  colorType: 0,
  rows: [
    [7, 7],
    [7, 7],
  ],
});
const large = solidPng([9, 9, 9], 3, 2);

const zipOf = (files: Files): Uint8Array =>
  zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, content], index) => [
        name,
        [content, { level: index % 2 === 1 ? 9 : 0 }],
      ]),
    ),
  );

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-data-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function writeFiles(files: Files): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

type Options = Parameters<typeof imageArchive>[1];
const ways: [string, (files: Files, options?: Options) => Promise<ImageFileDataset>][] = [
  ['imageArchive', (files, options) => imageArchive(zipOf(files), options)],
  ['imageFolder', async (files, options) => imageFolder(await writeFiles(files), options)],
];

describe.each(ways)('%s', (_, open) => {
  it('gives pixels, classes and paths', async () => {
    const dataset = await open(toy, { name: 'toy', attribution: 'someone' });
    expect(dataset).toMatchObject({
      name: 'toy',
      length: 3,
      classes: 2,
      classNames: ['blue', 'red'],
      inputShape: [2, 2, 3],
      attribution: 'someone',
    });
    expect([0, 1, 2].map(dataset.label)).toEqual([0, 1, 1]);
    expect(dataset.path(2)).toBe('test/red/2.png');
    expect(dataset.originalIndex(2)).toBe(2);
    expect(await dataset.pixels(0)).toEqual(Uint8Array.from([0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255]));
    expect([...(await dataset.image(2))].slice(0, 3)).toEqual([Math.fround(128 / 255), 0, 0]);
    expect(() => dataset.label(3)).toThrow(/indices 0\.\.2, but index 3/);
    await expect(dataset.image(-1)).rejects.toThrow(/indices 0\.\.2, but index -1/);
  });

  it('reads any images as they were written, in any order', async () => {
    const color = fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 255 }), fc.nat({ max: 255 }));
    const samples = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat({ max: 99 }), color), {
      selector: ([name, index]) => `${name}/${index}`,
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(samples, async (drawn) => {
        await rm(folder, { recursive: true, force: true });
        await mkdir(folder);
        const files = Object.fromEntries(
          drawn.map(([name, index, rgb]) => [`${name}/${index}.png`, solidPng(rgb, 1, 1)]),
        );
        const dataset = await open(files);
        const found = await Promise.all(
          Array.from({ length: dataset.length }, async (_, index) => {
            const pixels = await dataset.pixels(index);
            return [dataset.path(index), dataset.classNames[dataset.label(index)], [...pixels]];
          }),
        );
        const expected = drawn.map(([name, index, rgb]) => [`${name}/${index}.png`, name, [...rgb]]);
        expect(found.sort()).toEqual(expected.sort());
      }),
      { numRuns: 25 },
    );
  });

  it('takes grey and colours together when told the channels', async () => {
    const mixed = { ...toy, 'test/blue/1.png': grey };
    const asGrey = await open(mixed);
    expect(asGrey.inputShape).toEqual([2, 2, 1]);
    await expect(asGrey.image(1)).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
      message: expect.stringMatching(
        /'test\/red\/1.png' is \[2, 2, 3\], but 'test\/blue\/1.png' is \[2, 2, 1\].*Say channels: 3/,
      ),
    });
    const colours = await open(mixed, { channels: 3 });
    expect([...(await colours.pixels(0)).subarray(0, 3)]).toEqual([7, 7, 7]);
    // 0.299 of 255.
    expect((await (await open(mixed, { channels: 1 })).pixels(1))[0]).toBe(76);
    await expect(open(mixed, { channels: 2 as 1 })).rejects.toThrow(
      'channels must be 1 (grey) or 3 (RGB), got 2',
    );
  });

  it('names the image that is damaged, or of another size', async () => {
    const dataset = await open({
      ...toy,
      'test/red/1.png': large,
      'test/red/2.png': toy['test/red/2.png']!.subarray(0, 50),
    });
    await expect(dataset.image(1)).rejects.toThrow(
      /'test\/red\/1.png' is \[2, 3, 3\].*Say a size, such as size: 224/,
    );
    await expect(dataset.image(2)).rejects.toMatchObject({
      code: 'PARSE',
      message: expect.stringMatching(/^Image 'test\/red\/2.png' of the (archive|folder).* is damaged/),
    });
    await expect(dataset.image(0)).resolves.toHaveLength(12);
  });

  it('resizes images to one size, and gives them as they are too', async () => {
    const files = { ...toy, 'test/red/1.png': large };
    const dataset = await open(files, { size: [4, 2], fit: 'stretch', filter: 'bicubic' });
    expect(dataset.inputShape).toEqual([4, 2, 3]);
    const solid = (color: readonly number[], pixels: number) =>
      Uint8Array.from({ length: pixels * 3 }, (_, index) => color[index % 3]!);
    expect(await dataset.pixels(0)).toEqual(solid([0, 0, 255], 8));
    expect(await dataset.pixels(1)).toEqual(solid([9, 9, 9], 8));
    expect(await dataset.original(1)).toEqual({
      height: 2,
      width: 3,
      channels: 3,
      data: solid([9, 9, 9], 6),
    });
    await expect(open(files, { fit: 'cover' })).rejects.toThrow(/fit says how images get a size/);
    await expect(open(files, { size: 0 })).rejects.toThrow(/size must be/);
  });

  it('takes what the decoder reads, and nothing else', async () => {
    const files = { ...toy, 'test/blue/2.webp': webpCase.file };
    const only = { ...builtInDecoder, name: 'webp', extensions: ['webp'] };
    expect((await open(files)).length).toBe(3);
    await expect(open(files, { decoder: only })).rejects.toThrow(/blue\/2.webp' of .* is no JPEG/);
    const dataset = await open({ 'a/1.webp': webpCase.file }, { decoder: await sharpDecoder() });
    expect(dataset.inputShape).toEqual(webpCase.shape);
    expect(await dataset.pixels(0)).toEqual(webpCase.pixels);
  });

  it('is loaded in batches, and into memory', async () => {
    const dataset = await open(toy);
    const progress: [number, number][] = [];
    const onProgress = (done: number, all: number): void => void progress.push([done, all]);
    const memory = await intoMemory(dataset, { onProgress, shared: true });
    const { spec } = memory;
    expect(spec?.kind === 'arrays' && spec.options.pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(progress).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    await expect(intoMemory(dataset, { largestBytes: 35 })).rejects.toThrow(
      /3 images .* \[2, 2, 3\] each, take 36 bytes in memory, above the 35/,
    );
    const options = {
      batchSize: 2,
      key: prngKey(5),
      transforms: [normalize({ mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.25, 0.5] })],
    };
    const later = createLoader({ ...options, dataset });
    const now = createLoader({ ...options, dataset: memory });
    expect(later).toMatchObject({ length: 3, stepsPerEpoch: 2, imageShape: [2, 2, 3] });
    for (const [epoch, index] of [
      [0, 0],
      [0, 1],
      [7, 0],
    ] as const) {
      expect(await later.batch(epoch, index)).toEqual(now.batch(epoch, index));
    }
    expect(() => later.batch(0, 2)).toThrow(/batches 0\.\.1/);
  });
});

describe('imageArchive', () => {
  it('reads a JPEG from an archive on disk', async () => {
    const path = join(folder, 'toy.zip');
    await writeFile(path, zipOf({ 'one/1.jpg': greyJpeg.file }));
    const dataset = await imageArchive(await openAsBlob(path));
    expect(await dataset.pixels(0)).toEqual(greyJpeg.pixels);
  });

  it('names itself', async () => {
    await expect(imageArchive(new Uint8Array(3), { name: 'x.zip' })).rejects.toThrow("the archive 'x.zip'");
    await expect(imageArchive(zipOf({ 'a.txt': grey }), { name: 'x.zip' })).rejects.toThrow(
      "The archive 'x.zip' holds no",
    );
  });
});

describe('imageFolder', () => {
  it('follows links, but not in circles', async () => {
    await writeFiles({ 'store/1.png': grey, 'set/a/2.png': grey });
    await symlink(join(folder, 'store'), join(folder, 'set', 'b'));
    const dataset = await imageFolder(join(folder, 'set'));
    expect([dataset.path(0), dataset.path(1)]).toEqual(['a/2.png', 'b/1.png']);
    await symlink(join(folder, 'set'), join(folder, 'set', 'c'));
    await expect(imageFolder(join(folder, 'set'))).rejects.toThrow(/Is there a link to a folder above/);
  });

  it('says what cannot be read', async () => {
    const nowhere = join(folder, 'nowhere');
    await expect(imageFolder(nowhere)).rejects.toMatchObject({
      code: 'STORAGE',
      message: `Cannot read '${nowhere}': there is no such file.`,
    });
    const dataset = await imageFolder(await writeFiles(toy));
    await rm(join(folder, 'test/red/1.png'));
    await expect(dataset.image(1)).rejects.toMatchObject({ code: 'STORAGE' });
  });
});

describe('openImageFiles', () => {
  it('opens a folder or an archive, whichever is there', async () => {
    const path = join(folder, 'toy.zip');
    await writeFile(path, zipOf(toy));
    const archive = await openImageFiles(path);
    expect(archive.what).toBe("The archive 'toy.zip'");
    expect((await imageFileDataset(archive)).length).toBe(3);
    await rm(path);
    expect((await imageFileDataset(await openImageFiles(await writeFiles(toy)))).length).toBe(3);
    await expect(openImageFiles(path)).rejects.toThrow(`Cannot read '${path}': there is no such file.`);
  });
});
