import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { KdError } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { idxDataset } from './idx-dataset.ts';
import { parseIdx } from './parse-idx.ts';
import { readIdxDataset } from './read-idx-dataset.ts';
import { readMnistDataset } from './read-mnist-dataset.ts';

const uint32 = (value: number): number[] => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
];

function idxFile(typeCode: number, shape: readonly number[], elements: readonly number[]): Uint8Array {
  return Uint8Array.of(0, 0, typeCode, shape.length, ...shape.flatMap(uint32), ...elements);
}

const images = idxFile(0x08, [3, 1, 2], [0, 51, 102, 153, 204, 255]);
const labels = idxFile(0x08, [3], [1, 0, 1]);
const classNames = ['a', 'b'];

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (KdError.isInstance(error)) return error.code;
    throw error;
  }
  return 'none';
};

describe('parseIdx', () => {
  it.each([
    [0x08, [7, 255], Uint8Array.of(7, 255)],
    [0x09, [7, 255], Int8Array.of(7, -1)],
    [0x0b, [1, 2, 0xff, 0xfe], Int16Array.of(258, -2)],
    [0x0c, [0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff], Int32Array.of(65536, -1)],
    [0x0d, [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], Float32Array.of(1, -2)],
    [0x0e, [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], Float64Array.of(1, -2)],
  ])('reads elements of type %i', (typeCode, elements, data) => {
    expect(parseIdx(idxFile(typeCode, [2], elements))).toEqual({ shape: [2], data });
  });

  it('reads a file that does not begin at the start of its buffer', () => {
    const padded = new Uint8Array(images.length + 5);
    padded.set(images, 5);
    expect(parseIdx(padded.subarray(5))).toEqual(parseIdx(images));
  });

  it('reads gzip files', () => {
    expect(parseIdx(gzipSync(images))).toEqual(parseIdx(images));
  });

  it.each([
    ['nothing', Uint8Array.of(), /at least 4 bytes, but there are 0/],
    ['another magic number', Uint8Array.of(1, 0, 8, 1, 0, 0, 0, 0), /but this one with 01 00 08 01/],
    ['an unknown type', Uint8Array.of(0, 0, 0x0a, 1, 0, 0, 0, 0), /00 00 0a 01/],
    ['no dimensions', Uint8Array.of(0, 0, 8, 0, 1), /00 00 08 00/],
    ['a cut header', images.subarray(0, 10), /3 dimensions has 16 bytes, but there are 10/],
    ['a cut body', images.subarray(0, -1), /shape \[3, 1, 2\] takes 6 bytes, but 5 follow/],
    ['a tail', Uint8Array.of(...images, 0), /takes 6 bytes, but 7 follow/],
    ['a shape beyond memory', idxFile(0x0e, [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], []), /but 0 follow/],
  ])('refuses %s', (_, bytes, message) => {
    expect(codeOf(() => parseIdx(bytes))).toBe('PARSE');
    expect(() => parseIdx(bytes)).toThrow(message);
  });

  it('refuses a gzip file whose trailer announces gigabytes', () => {
    const bytes = Uint8Array.from(gzipSync(images));
    bytes.fill(0xff, -4);
    expect(() => parseIdx(bytes)).toThrow(/cannot hold the 4294967295 bytes/);
  });

  it('refuses every truncation', () => {
    for (const file of [images, new Uint8Array(gzipSync(images))]) {
      for (let length = 0; length < file.length; length++) {
        expect(codeOf(() => parseIdx(file.subarray(0, length)))).toBe('PARSE');
      }
    }
  });

  it('gives the right array or PARSE for every mutation of a gzip file, never anything else', () => {
    const file = new Uint8Array(gzipSync(images));
    const edit = fc.record({ at: fc.nat({ max: file.length - 1 }), value: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const mutated = file.slice();
        for (const { at, value } of edits) mutated[at] = value;
        const found = codeOf(() => expect(parseIdx(mutated)).toEqual(parseIdx(images)));
        expect(['none', 'PARSE']).toContain(found);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses any bytes that are not an IDX file', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        fc.pre(bytes[0] !== 0 || bytes[1] !== 0);
        expect(codeOf(() => parseIdx(bytes))).toBe('PARSE');
      }),
    );
  });

  it('refuses every change of a header', () => {
    fc.assert(
      fc.property(fc.nat({ max: 15 }), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const mutated = images.slice();
        mutated[at]! ^= difference;
        // Signed bytes are the one other reading of these six bytes.
        fc.pre(at !== 2 || mutated[2] !== 0x09);
        expect(codeOf(() => parseIdx(mutated))).toBe('PARSE');
      }),
      { numRuns: 500 },
    );
  });
});

describe('idxDataset', () => {
  it('joins images and labels, with and without a channel dimension', () => {
    const grey = idxDataset({ name: 'toy', images, labels: gzipSync(labels), classNames });
    expect(grey).toMatchObject({ name: 'toy', length: 3, classes: 2, inputShape: [1, 2, 1] });
    expect([...grey.image(1)]).toEqual([0.4, 0.6].map(Math.fround));
    expect(grey.label(1)).toBe(0);
    const colour = idxDataset({
      name: 'toy',
      images: idxFile(0x08, [1, 1, 2, 3], [0, 1, 2, 3, 4, 5]),
      labels: idxFile(0x08, [1], [0]),
      classNames,
    });
    expect(colour.inputShape).toEqual([1, 2, 3]);
  });

  it.each([
    ['swapped files', { images: labels, labels: images }, 'PARSE', /swapped/],
    ['signed pixels', { images: idxFile(0x09, [3, 1, 2], [0, 0, 0, 0, 0, 0]) }, 'PARSE', /Int8Array/],
    ['another number of labels', { labels: idxFile(0x08, [2], [0, 1]) }, 'PARSE', /3 images, but 2 labels/],
    ['no pixels', { images: idxFile(0x08, [3, 0, 2], []) }, 'PARSE', /\[3, 0, 2\]: no pixels/],
    ['a label without a name', { classNames: ['a'] }, 'INVALID_ARGUMENT', /Sample 0 .* label 1/],
  ])('refuses %s', (_, change, code, message) => {
    const run = (): unknown => idxDataset({ name: 'toy', images, labels, classNames, ...change });
    expect(codeOf(run)).toBe(code);
    expect(run).toThrow(message);
  });
});

describe('readIdxDataset', () => {
  it('reads a pair of files and names the one that is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kd-data-'));
    try {
      const imagesPath = join(folder, 'images.gz');
      const labelsPath = join(folder, 'labels');
      await writeFile(imagesPath, gzipSync(images));
      const options = { name: 'toy', imagesPath, labelsPath, classNames };
      await expect(readIdxDataset(options)).rejects.toMatchObject({
        code: 'STORAGE',
        message: `Cannot read '${labelsPath}': there is no such file. labelsPath names it.`,
      });
      await expect(readIdxDataset({ ...options, labelsPath: folder })).rejects.toMatchObject({
        code: 'STORAGE',
        message: expect.stringContaining("': EISDIR"),
      });
      await writeFile(labelsPath, labels);
      expect((await readIdxDataset(options)).length).toBe(3);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('readMnistDataset', () => {
  it('finds the files of a part, packed or not, with the names of the classes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kd-mnist-'));
    try {
      await writeFile(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(images));
      await writeFile(join(folder, 'train-labels-idx1-ubyte.gz'), gzipSync(labels));
      await writeFile(join(folder, 't10k-images-idx3-ubyte'), images);
      const mnist = await readMnistDataset({ name: 'mnist', folder, part: 'train' });
      expect(mnist).toMatchObject({ name: 'mnist train', length: 3, classes: 10 });
      expect(mnist.classNames[1]).toBe('1');
      const fashion = { name: 'fashion-mnist', folder, part: 'test' } as const;
      await expect(readMnistDataset(fashion)).rejects.toMatchObject({
        code: 'STORAGE',
        message: expect.stringContaining("or 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'"),
      });
      await writeFile(join(folder, 't10k-labels-idx1-ubyte'), labels);
      expect((await readMnistDataset(fashion)).classNames[1]).toBe('Trouser');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('asks for a folder where none is known', async () => {
    await expect(readMnistDataset({ name: 'mnist', part: 'train' })).rejects.toThrow(
      /'kd data get mnist' fetches it; or say its folder\. It should have 'train-images-idx3-ubyte.gz'/,
    );
  });
});
