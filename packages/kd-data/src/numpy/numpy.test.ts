import { generator, memoryInUse } from 'kd-fuzzing';
import { describe, expect, it } from 'vitest';
import { damage, errorCodeOf } from '../testing/damage.ts';
import { dataFixture, patternImage } from '../testing/fixture.ts';
import { npzDataset } from './npz-dataset.ts';
import { numpyDataset } from './numpy-dataset.ts';
import { openNpz } from './open-npz.ts';
import { type NpyArray, parseNpy } from './parse-npy.ts';

interface NumpyCase {
  readonly file: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

// What numpy wrote, and what it has in its own arrays.
const cases = Object.entries(
  JSON.parse(new TextDecoder().decode(dataFixture('npy-cases.json.gz'))) as Record<string, NumpyCase>,
).map(([name, each]) => ({ name, ...each, bytes: Uint8Array.from(Buffer.from(each.file, 'hex')) }));

const caseOf = (wanted: string): Uint8Array<ArrayBuffer> => cases.find(({ name }) => name === wanted)!.bytes;

function npy(header: string, content: readonly number[] = []): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  return Uint8Array.of(0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, text.length, 0, ...text, ...content);
}

describe('parseNpy', () => {
  it.each(cases)('reads $name', ({ bytes, shape, values }) => {
    const array = parseNpy(bytes);
    expect(array.shape).toEqual(shape);
    expect(Array.from(array.data, Number)).toEqual(values);
  });

  it('reads a file that does not begin at the start of its buffer', () => {
    const bytes = caseOf('little-f8');
    const padded = new Uint8Array(bytes.length + 3);
    padded.set(bytes, 3);
    expect(parseNpy(padded.subarray(3))).toEqual(parseNpy(bytes));
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    ['nothing', new Uint8Array(0), 'PARSE', /does not begin with \\x93NUMPY/],
    ['another version', caseOf('version2').with(6, 9), 'PARSE', /version 9\.0/],
    [
      'a cut body',
      caseOf('fortran').subarray(0, -1),
      'PARSE',
      /\[2, 3, 4\] of i4 takes 96 bytes, but 95 follow/,
    ],
    [
      'a shape beyond memory',
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 1024), }"),
      'PARSE',
      /but 0 follow/,
    ],
    [
      'a shape beyond numbers',
      npy("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999, 0), }"),
      'PARSE',
      /shape is not one/,
    ],
    [
      'code',
      npy("{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,), }"),
      'PARSE',
      /header is not/,
    ],
    ['objects', npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", [1]), 'UNSUPPORTED', /'\|O'/],
    [
      'records',
      npy("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,), }", [1]),
      'UNSUPPORTED',
      /\[\('a', '<i4'\)\]/,
    ],
    [
      'a name of JavaScript',
      npy("{'descr': '|c16', 'fortran_order': False, 'shape': (), }"),
      'UNSUPPORTED',
      /c16/,
    ],
  ])('refuses %s', async (_, bytes, code, message) => {
    expect(() => parseNpy(bytes)).toThrow(message);
    expect(await errorCodeOf(() => parseNpy(bytes))).toBe(code);
  });

  it('reads damaged files or refuses them with a typed error, in bounded memory', async () => {
    const random = generator(20_261_124);
    const before = await memoryInUse();
    for (let index = 0; index < 3000; index++) {
      const bytes = damage(cases[index % cases.length]!.bytes, random);
      expect([undefined, 'PARSE', 'UNSUPPORTED']).toContain(await errorCodeOf(() => parseNpy(bytes)));
    }
    expect((await memoryInUse()) - before).toBeLessThan(2 ** 20);
  });
});

describe('npzDataset', () => {
  it("reads the parts of Keras's archives", async () => {
    const source = dataFixture('keras-mnist.npz');
    expect((await openNpz(source)).names).toEqual(['x_train', 'y_train', 'x_test', 'y_test']);
    const train = await npzDataset({ name: 'toy', source, images: 'x_train', labels: 'y_train' });
    expect(train).toMatchObject({
      name: 'toy',
      length: 4,
      inputShape: [6, 5, 1],
      classNames: ['0', '1', '2'],
    });
    expect([0, 1, 2, 3].map(train.label)).toEqual([0, 1, 2, 1]);
    expect(train.image(3)).toEqual(patternImage(3, [6, 5, 1]));
    await expect(npzDataset({ name: 'toy', source, images: 'x', labels: 'y_train' })).rejects.toThrow(
      /no array 'x' in the \.npz file of 'toy'\. It has 'x_train', 'y_train'/,
    );
  });

  it('reads what a PyTorch user saves: channels first, floats, labels of 64 bits in a column', async () => {
    const source = new Blob([dataFixture('channels-first.npz')]);
    const dataset = await npzDataset({
      name: 'toy',
      source,
      images: 'images',
      labels: 'labels',
      channelsFirst: true,
      classNames: ['cat', 'dog'],
    });
    expect(dataset).toMatchObject({ length: 3, inputShape: [4, 4, 3], classNames: ['cat', 'dog'] });
    expect([0, 1, 2].map(dataset.label)).toEqual([1, 0, 1]);
    expect(dataset.image(2)).toEqual(patternImage(2, [4, 4, 3]));
  });

  it('refuses damaged archives with a typed error', async () => {
    const files = [dataFixture('keras-mnist.npz'), dataFixture('channels-first.npz')];
    const random = generator(20_261_125);
    for (let index = 0; index < 400; index++) {
      const source = damage(files[index % 2]!, random);
      const names = index % 2 === 0 ? (['x_test', 'y_test'] as const) : (['images', 'labels'] as const);
      const code = await errorCodeOf(() =>
        npzDataset({ name: 'toy', source, images: names[0], labels: names[1] }),
      );
      expect([undefined, 'PARSE', 'UNSUPPORTED', 'INVALID_ARGUMENT']).toContain(code);
    }
  });
});

describe('numpyDataset', () => {
  const images: NpyArray = { shape: [2, 1, 2], type: 'u1', data: Uint8Array.of(0, 51, 102, 255) };
  const labels: NpyArray = { shape: [2], type: 'i8', data: BigInt64Array.of(1n, 0n) };

  it.each<[string, Partial<Record<'images' | 'labels', NpyArray>>, RegExp]>([
    [
      'images without a shape',
      { images: { ...images, shape: [4] } },
      /images must be \[samples, height, width, channels\]/,
    ],
    ['another number of labels', { labels: { ...labels, shape: [3] } }, /labels must be \[2\]/],
    ['one-hot labels', { labels: { ...labels, shape: [2, 10] } }, /but are \[2, 10\]/],
    [
      'a label that is no whole number',
      { labels: { ...labels, data: Float64Array.of(0, 0.5) } },
      /label 1 is 0.5/,
    ],
    [
      'a label that asks for endless names',
      { labels: { ...labels, data: Int32Array.of(2 ** 31 - 1, 0) } },
      /from 0 to 999999/,
    ],
    [
      'integers of no known range',
      { images: { ...images, type: 'i4' } },
      /images are i4: say as pixelMaximum/,
    ],
  ])('refuses %s', async (_, change, message) => {
    const run = (): unknown => numpyDataset({ images, labels, ...change }, { name: 'toy' });
    expect(run).toThrow(message);
    expect(await errorCodeOf(run)).toBe('PARSE');
  });

  it('takes integers of any size with the value that stands for 1', () => {
    const wide: NpyArray = { shape: [2, 1, 2], type: 'i8', data: BigInt64Array.of(0n, 512n, 256n, 1024n) };
    const dataset = numpyDataset({ images: wide, labels }, { name: 'toy', pixelMaximum: 1024 });
    expect([...dataset.image(0), ...dataset.image(1)]).toEqual([0, 0.5, 0.25, 1]);
  });
});
