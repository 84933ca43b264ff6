import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cifar100Dataset } from './cifar100-dataset.ts';
import { readCifar100Dataset } from './read-cifar100-dataset.ts';

const recordBytes = 2 + 3 * 32 * 32;

/** Records with the given fine labels, and bytes that tell their place. */
function records(labels: readonly number[]): Uint8Array {
  const bytes = Uint8Array.from({ length: labels.length * recordBytes }, (_, index) => (index * 7) % 251);
  labels.forEach((label, record) => {
    bytes.set([label % 20, label], record * recordBytes);
  });
  return bytes;
}

it('reads fine labels, and planes of colours as pixels', () => {
  const bytes = records([99, 3]);
  const dataset = cifar100Dataset({ name: 'cifar100', bytes });
  expect([dataset.length, dataset.classes, dataset.label(0), dataset.label(1)]).toEqual([2, 100, 99, 3]);
  expect([dataset.classNames[0], dataset.classNames[3], dataset.classNames[99]]).toEqual([
    'apple',
    'bear',
    'worm',
  ]);
  const image = dataset.image(1);
  const at = (row: number, column: number, channel: number): number =>
    bytes[recordBytes + 2 + channel * 1024 + row * 32 + column]! / 255;
  for (const [row, column, channel] of [
    [0, 0, 0],
    [0, 1, 2],
    [31, 31, 1],
    [7, 20, 2],
  ] as const) {
    expect(image[(row * 32 + column) * 3 + channel]).toBe(Math.fround(at(row, column, channel)));
  }
});

it.each<[string, Uint8Array, RegExp]>([
  ['nothing', new Uint8Array(0), /records take 3074 bytes, but there are 0/],
  ['a file that was cut short', records([1, 2]).slice(0, -1), /but there are 6147/],
  ['labels beyond the classes', records([1, 100]), /record 1 has the label 100, and there are 100 classes/],
])('refuses %s', (_name, bytes, message) => {
  expect(() => cifar100Dataset({ name: 'x', bytes })).toThrow(message);
});

it('reads the files of a folder, and says which is missing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kd-cifar-'));
  await writeFile(join(folder, 'test.bin'), records([5]));
  expect((await readCifar100Dataset({ folder, part: 'test' })).label(0)).toBe(5);
  await expect(readCifar100Dataset({ folder, part: 'train' })).rejects.toThrow(
    /does not hold the part 'train' of CIFAR-100\. It should have 'train.bin', or 'train'\./,
  );
});
