import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generator, memoryInUse } from 'kd-fuzzing';
import { describe, expect, it } from 'vitest';
import { damage, errorCodeOf } from '../testing/damage.ts';
import { dataFixture, patternImage } from '../testing/fixture.ts';
import { cifar10Dataset } from './cifar10-dataset.ts';
import { cifar100Dataset } from './cifar100-dataset.ts';
import { readCifar10Dataset } from './read-cifar10-dataset.ts';
import { readCifar100Dataset } from './read-cifar100-dataset.ts';

const shape = [32, 32, 3] as const;
const text = (value: string): number[] => [...new TextEncoder().encode(value)];

describe('cifar10Dataset', () => {
  it.each([
    ['the binary version', 'cifar10-batch.bin.gz'],
    ["Python 2's pickles", 'cifar10-batch.gz'],
    ["Python 3's pickles in protocol 2", 'cifar10-batch-protocol2.gz'],
    ["Python 3's pickles in protocol 4, columns first", 'cifar10-batch-protocol4.gz'],
  ])('reads %s', (_, fixture) => {
    const dataset = cifar10Dataset({ name: 'toy', files: [dataFixture(fixture)] });
    expect(dataset).toMatchObject({ name: 'toy', length: 3, classes: 10, inputShape: shape });
    expect([0, 1, 2].map(dataset.label)).toEqual([6, 9, 0]);
    expect(dataset.classNames[6]).toBe('frog');
    for (const index of [0, 1, 2]) expect(dataset.image(index)).toEqual(patternImage(index, shape));
  });

  it('joins files in order and leaves them as they are', () => {
    const files = [dataFixture('cifar10-batch.bin.gz'), dataFixture('cifar10-batch.gz')];
    const copies = files.map((file) => file.slice());
    const dataset = cifar10Dataset({ name: 'toy', files });
    expect(Array.from({ length: 6 }, (__, index) => dataset.label(index))).toEqual([6, 9, 0, 6, 9, 0]);
    expect(dataset.image(4)).toEqual(patternImage(1, shape));
    expect(files).toEqual(copies);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /records take 3073 bytes, but there are 0/],
    ['a packed archive', Uint8Array.of(0x1f, 0x8b, 8), /still packed, or cut short/],
    ['a label without a class', new Uint8Array(3073).fill(10, 0, 1), /record 0 has the label 10/],
    ['a pickle of a list', Uint8Array.of(0x80, 2, ...text('].')), /it holds a list, not a dict/],
    ['a pickle without data', Uint8Array.of(0x80, 2, ...text('}.')), /no array under the key 'data'/],
    [
      'a call of the system',
      Uint8Array.of(0x80, 2, ...text('cos\nsystem\nU\x04trueR.')),
      /asks for 'os.system'; only arrays of bytes/,
    ],
    [
      'an array without content',
      Uint8Array.of(0x80, 2, ...text('}U\x04datacnumpy.core.multiarray\n_reconstruct\n)Rs.')),
      /an array has no content/,
    ],
    [
      'an array of objects',
      Uint8Array.of(
        0x80,
        2,
        ...text('cnumpy.core.multiarray\n_reconstruct\n)R(K\x01(K\x01tcnumpy\ndtype\n(U\x01OtR'),
        0x89,
        ...text(']tb.'),
      ),
      /other elements than unsigned bytes/,
    ],
    [
      'an array larger than its bytes',
      Uint8Array.of(
        0x80,
        2,
        ...text('cnumpy.core.multiarray\n_reconstruct\n)R(K\x01(J'),
        ...[0xff, 0xff, 0xff, 0x7f],
        ...text('tcnumpy\ndtype\n(U\x02u1tR'),
        0x89,
        ...text('U\x01xtb.'),
      ),
      /shape \[2147483647\] has 1 bytes/,
    ],
  ])('refuses %s', async (_, bytes, message) => {
    const run = (): unknown => cifar10Dataset({ name: 'toy', files: [bytes] });
    expect(run).toThrow(message);
    expect(await errorCodeOf(run)).toBe('PARSE');
  });

  it('needs a file', () => {
    expect(() => cifar10Dataset({ name: 'toy', files: [] })).toThrow(/at least one file/);
  });

  it('reads damaged files or refuses them with PARSE, in bounded memory', async () => {
    const files = ['cifar10-batch.gz', 'cifar10-batch-protocol2.gz', 'cifar10-batch-protocol4.gz'].map(
      dataFixture,
    );
    const random = generator(20_261_122);
    const before = await memoryInUse();
    let refused = 0;
    for (let index = 0; index < 1500; index++) {
      const bytes = damage(files[index % files.length]!, random);
      const code = await errorCodeOf(() => cifar10Dataset({ name: 'toy', files: [bytes] }));
      if (code === undefined) continue;
      expect(code).toBe('PARSE');
      refused++;
    }
    expect(refused).toBeGreaterThan(500);
    expect((await memoryInUse()) - before).toBeLessThan(2 ** 21);
  });
});

it.each(['cifar100-test.bin.gz', 'cifar100-test.gz'])(
  'cifar100Dataset reads fine labels of %s',
  (fixture) => {
    const dataset = cifar100Dataset({ name: 'toy', bytes: dataFixture(fixture) });
    expect([dataset.length, dataset.classes, dataset.label(0), dataset.label(1)]).toEqual([2, 100, 49, 99]);
    expect(dataset.classNames[49]).toBe('mountain');
    expect(dataset.image(1)).toEqual(patternImage(1, shape));
  },
);

describe('readers of folders', () => {
  const inFolder = async (run: (folder: string) => Promise<void>): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), 'kd-cifar-'));
    try {
      await run(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it('find the five files of CIFAR-10 of either version, also in what the archive unpacks to', async () => {
    for (const [below, ending, fixture] of [
      ['', '.bin', 'cifar10-batch.bin.gz'],
      ['cifar-10-batches-py', '', 'cifar10-batch.gz'],
    ] as const) {
      await inFolder(async (folder) => {
        await mkdir(join(folder, below), { recursive: true });
        for (const file of ['1', '2', '3', '4', '5']) {
          await writeFile(join(folder, below, `data_batch_${file}${ending}`), dataFixture(fixture));
        }
        const train = await readCifar10Dataset({ folder, part: 'train' });
        expect(train).toMatchObject({ name: 'cifar10 train', length: 15 });
        expect(train.image(13)).toEqual(patternImage(1, shape));
        await expect(readCifar10Dataset({ folder, part: 'test' })).rejects.toMatchObject({
          code: 'STORAGE',
          message: expect.stringMatching(
            /part 'test' of CIFAR-10\. It should have 'test_batch.bin', or 'test_batch'\./,
          ),
        });
      });
    }
  });

  it.each(['test.bin', 'test'])('read CIFAR-100 from %s in the memory of its file', async (file) => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, file), dataFixture(`cifar100-${file}.gz`));
      const dataset = await readCifar100Dataset({ folder, part: 'test' });
      expect([dataset.label(0), dataset.label(1)]).toEqual([49, 99]);
      for (const index of [0, 1]) expect(dataset.image(index)).toEqual(patternImage(index, shape));
    });
  });
});
