import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFixture } from './fixture.ts';

const imageBytes = 3072;
const samples = 60_000;
const dataBytes = samples * imageBytes;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-large-'));
  const cifar = new Uint8Array(samples * (imageBytes + 2)).fill(7);
  await writeFile(join(folder, 'train.bin'), cifar);
  const batch = cifar.subarray(0, (samples / 5) * (imageBytes + 1));
  for (const number of [1, 2, 3, 4, 5]) await writeFile(join(folder, `data_batch_${number}.bin`), batch);
  await writeFile(join(folder, 'extra_32x32.mat'), svhnFile());
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

const words = (...values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

/** A MATLAB file of the given number of images, compressed as SVHN's is. */
function svhnFile(): Buffer {
  const matrix = (name: string, shape: readonly number[], data: Uint8Array): Uint8Array => {
    const parts = [
      words(6, 8, 9, 0),
      words(5, 4 * shape.length, ...shape),
      words(0x10001, name.charCodeAt(0)),
      words(2, data.length),
      data,
    ];
    const bytes = parts.reduce((sum, { length }) => sum + length, 0);
    const packed = deflateSync(Buffer.concat([words(14, bytes), ...parts]), { level: 1 });
    return Buffer.concat([words(15, packed.length), packed]);
  };
  return Buffer.concat([
    dataFixture('svhn-plain.mat.gz').subarray(0, 128),
    matrix(
      'X',
      [32, 32, 3, samples],
      new Uint8Array(dataBytes).map((_, index) => index % 251),
    ),
    matrix('y', [samples, 1], new Uint8Array(samples).fill(10)),
  ]);
}

/** By how many bytes a process grows at most while it reads a data set. */
async function peakOf(read: string): Promise<number> {
  const script = `
    const readers = await import(${JSON.stringify(new URL('../node.ts', import.meta.url).href)});
    const before = process.resourceUsage().maxRSS;
    const { length } = await readers.${read};
    if (length !== ${samples}) throw new Error('read ' + length);
    console.log((process.resourceUsage().maxRSS - before) * 1024);`;
  const options = ['--conditions=kd-source', '--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  return Number(stdout);
}

describe('reading takes the memory of the data and a little more', () => {
  const at = (): string => JSON.stringify(folder);
  // What is read and given up waits for the collector: pieces of a file, or whole files of a fifth of the data each.
  it.each([
    ['SVHN, decompressed', 1.6, () => `readSvhnDataset({ folder: ${at()}, part: 'extra' })`],
    ['CIFAR-100, one file', 1.3, () => `readCifar100Dataset({ folder: ${at()}, part: 'train' })`],
    ['CIFAR-10, five files', 1.9, () => `readCifar10Dataset({ folder: ${at()}, part: 'train' })`],
  ])(
    '%s',
    async (_, most, read) => {
      expect(await peakOf(read())).toBeLessThan(most * dataBytes);
    },
    60_000,
  );
});
