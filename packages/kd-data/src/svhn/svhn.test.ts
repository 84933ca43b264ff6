import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generator, memoryInUse } from 'kd-fuzzing';
import { describe, expect, it } from 'vitest';
import { readMatArrays } from '../matlab/read-mat-arrays.ts';
import { damage, errorCodeOf } from '../testing/damage.ts';
import { dataFixture, patternImage } from '../testing/fixture.ts';
import { readSvhnDataset } from './read-svhn-dataset.ts';
import { svhnDataset } from './svhn-dataset.ts';

const shape = [32, 32, 3] as const;

describe('svhnDataset', () => {
  it.each([
    ['compressed, labels of bytes', 'svhn-compressed.mat.gz'],
    ['as it is, labels of doubles before the images', 'svhn-plain.mat.gz'],
    ['among other variables', 'svhn-others.mat.gz'],
  ])('reads a file of scipy: %s', async (_, fixture) => {
    const bytes = dataFixture(fixture);
    for (const source of [bytes, new Blob([bytes])]) {
      const dataset = await svhnDataset({ name: 'toy', source });
      expect(dataset).toMatchObject({ length: 5, classes: 10, inputShape: shape });
      // 10 stands for the digit 0.
      expect([0, 1, 2, 3, 4].map(dataset.label)).toEqual([1, 9, 2, 0, 5]);
      for (const index of [0, 1, 4]) expect(dataset.image(index)).toEqual(patternImage(index, shape));
    }
  });

  it('reads damaged files or refuses them with PARSE, in bounded memory', async () => {
    const files = ['svhn-compressed.mat.gz', 'svhn-plain.mat.gz', 'svhn-others.mat.gz'].map(dataFixture);
    const random = generator(20_261_123);
    const before = await memoryInUse();
    let refused = 0;
    for (let index = 0; index < 600; index++) {
      const source = damage(files[index % files.length]!, random);
      const code = await errorCodeOf(() => svhnDataset({ name: 'toy', source }));
      if (code === undefined) continue;
      expect(code).toBe('PARSE');
      refused++;
    }
    expect(refused).toBeGreaterThan(200);
    expect((await memoryInUse()) - before).toBeLessThan(2 ** 22);
  });

  it('refuses lying headers before it allocates', async () => {
    const bytes = dataFixture('svhn-plain.mat.gz');
    const at = indexOf(bytes, [32, 0, 0, 0, 32, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0]);
    const lying = bytes.slice();
    new DataView(lying.buffer).setInt32(at + 12, 300_000, true);
    await expect(svhnDataset({ name: 'toy', source: lying })).rejects.toThrow(
      /'X' of shape \[32, 32, 3, 300000\] has 15360 bytes/,
    );
    new DataView(lying.buffer).setUint32(indexOf(bytes, [2, 0, 0, 0, 0, 60, 0, 0]) + 4, 300_000 * 3072, true);
    await expect(svhnDataset({ name: 'toy', source: lying })).rejects.toThrow(
      /which its element of \d+ cannot hold/,
    );
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /header takes 128 bytes, but there are 0/],
    [
      'HDF5',
      Uint8Array.from({ length: 200 }, (_, i) => ({ 125: 2, 126: 73, 127: 77 })[i] ?? 0),
      /version 7.3 is HDF5/,
    ],
    ['another file', new Uint8Array(200), /does not say the order of bytes/],
  ])('refuses %s', async (_, source, message) => {
    await expect(svhnDataset({ name: 'toy', source })).rejects.toThrow(message);
  });

  it('says which array is missing', async () => {
    await expect(readMatArrays(dataFixture('svhn-plain.mat.gz'), 'it', ['X', 'z'])).rejects.toThrow(
      /it has no array 'z'/,
    );
  });
});

it('readSvhnDataset finds the part that is asked for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kd-svhn-'));
  try {
    await writeFile(join(folder, 'extra_32x32.mat'), dataFixture('svhn-compressed.mat.gz'));
    expect(await readSvhnDataset({ folder, part: 'extra' })).toMatchObject({ name: 'svhn extra', length: 5 });
    await expect(readSvhnDataset({ folder, part: 'train' })).rejects.toThrow(
      /It should have 'train_32x32.mat'\./,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

function indexOf(bytes: Uint8Array, wanted: readonly number[]): number {
  return bytes.findIndex((_, at) => wanted.every((value, index) => bytes[at + index] === value));
}
