import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openData } from './open-data.ts';

/** A PNG file of one colour. */
function png(width: number, height: number, color: readonly number[]): Uint8Array {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => color[index % 3]!);
  return encode({ width, height, channels: 3, depth: 8, data });
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-images-'));
  const red = (level: number) => png(2, 2, [level, 0, 0]);
  const samples = (part: string, levels: readonly number[]) =>
    Object.fromEntries(
      ['cat', 'dog'].flatMap((name, label) =>
        levels.map((level) => [`${part}/${name}/${level}.png`, red(level + label)]),
      ),
    );
  const archives = {
    'train.zip': samples('train', [0, 10, 20, 30, 40, 50, 60, 70]),
    'test.zip': samples('test', [100, 110]),
    'large.zip': { 'cat/1.png': png(3, 2, [0, 0, 0]) },
    'bird.zip': { 'bird/1.png': red(0) },
  };
  for (const [name, files] of Object.entries(archives)) await writeFile(join(folder, name), zipSync(files));
});
afterAll(() => rm(folder, { recursive: true }));

const dataset = (train: string, test?: string) => ({
  name: 'images' as const,
  train: join(folder, train),
  ...(test !== undefined && { test: join(folder, test) }),
});

describe('images of a configuration', () => {
  it('are read into memory, with progress, and validated on a part of the training images', async () => {
    const progress: [string, number, number][] = [];
    const { train, validation, test } = await openData(
      { dataset: dataset('train.zip', 'test.zip'), split: { validation: 0.25 } },
      (...told) => progress.push(told),
    );
    expect([train.length, validation.length, test.length]).toEqual([12, 4, 4]);
    expect(test.classNames).toEqual(['cat', 'dog']);
    const levels = Array.from({ length: 4 }, (_, index) => Math.round(test.image(index)[0]! * 255));
    expect(levels).toEqual([100, 110, 101, 111]);
    expect([0, 1, 2, 3].map(test.label)).toEqual([0, 0, 1, 1]);
    expect(progress.filter(([part]) => part === 'test images')).toEqual(
      [1, 2, 3, 4].map((done) => ['test images', done, 4]),
    );
    expect(progress.at(15)).toEqual(['training images', 16, 16]);
  });

  it('are split in three without test images, and can be read as grey', async () => {
    const { test, train } = await openData({ dataset: { ...dataset('train.zip'), channels: 1 } });
    expect(train.inputShape).toEqual([2, 2, 1]);
    expect(test.length).toBe(4);
  });

  it.each([
    ['large.zip', 'SHAPE_MISMATCH', /\[2, 2, 3\].*\[2, 3, 3\].*must be the same/],
    ['bird.zip', 'INVALID_ARGUMENT', /class folder 'bird'.*'cat', 'dog'/],
    ['none.zip', 'STORAGE', /none\.zip': there is no such file/],
  ])('are refused with the test images of %s', async (test, code, message) => {
    await expect(openData({ dataset: dataset('train.zip', test) })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
