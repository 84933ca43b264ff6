import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetConfig } from '../../config/dataset-config.ts';
import { kindOf } from '../../config/datasets/dataset-kinds.ts';
import { openData } from '../open-data.ts';
import { openDataset } from './open-dataset.ts';

const fixtures = join(import.meta.dirname, '../../../../kd-data/src/testing/fixtures');
const fixture = (name: string): Buffer => gunzipSync(readFileSync(join(fixtures, name)));
/** One red pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);
/** The four bytes of numbers in an IDX file. */
const uint32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)].reverse();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-open-'));
  for (const batch of [
    'data_batch_1',
    'data_batch_2',
    'data_batch_3',
    'data_batch_4',
    'data_batch_5',
    'test_batch',
  ]) {
    await writeFile(join(folder, batch), fixture('cifar10-batch.gz'));
  }
  for (const part of ['train', 'test']) {
    await writeFile(join(folder, `${part}.bin`), fixture('cifar100-test.bin.gz'));
    await writeFile(join(folder, `${part}_32x32.mat`), fixture('svhn-compressed.mat.gz'));
  }
  for (const part of ['train', 't10k']) {
    const images = [0, 0, 8, 3, ...uint32(2), ...uint32(2), ...uint32(3), ...new Array<number>(12).fill(51)];
    await writeFile(join(folder, `${part}-images-idx3-ubyte`), Uint8Array.from(images));
    await writeFile(join(folder, `${part}-labels-idx1-ubyte`), Uint8Array.of(0, 0, 8, 1, ...uint32(2), 4, 9));
  }
});
afterAll(() => rm(folder, { recursive: true }));

describe('openDataset', () => {
  it.each<[DatasetConfig['name'], number, readonly number[]]>([
    ['cifar10', 15, [32, 32, 3]],
    ['cifar100', 2, [32, 32, 3]],
    ['svhn', 5, [32, 32, 3]],
    ['mnist', 2, [2, 3, 1]],
    ['fashion-mnist', 2, [2, 3, 1]],
  ])('reads the parts of %s from its folder', async (name, length, inputShape) => {
    const config = { name, folder } as DatasetConfig;
    const { train, test } = await openDataset(config, () => {});
    expect(train).toMatchObject({ name: `${name} train`, length, inputShape });
    expect(test).toMatchObject({ name: `${name} test`, inputShape });
    expect(kindOf(config).problems(config)).toEqual([]);
    expect(kindOf(config).ownTest(config)).toMatch(/has test samples of its own$/);
  });

  it('adds the extra images of SVHN where they are asked for', async () => {
    const config: DatasetConfig = { name: 'svhn', folder, extra: true };
    expect(kindOf(config).problems(config)).toEqual([
      {
        path: 'dataset.folder',
        message: expect.stringMatching(/does not hold the part 'extra' .* It should have 'extra_32x32.mat'/),
      },
    ]);
    await cp(join(folder, 'train_32x32.mat'), join(folder, 'extra_32x32.mat'));
    const { train } = await openDataset(config, () => {});
    expect(train).toMatchObject({ name: 'svhn train + svhn extra', length: 10 });
    expect([train.label(1), train.label(6)]).toEqual([9, 9]);
  });

  it('reads arrays of numpy, the test samples with the classes of the others', async () => {
    const file = join(fixtures, 'keras-mnist.npz');
    const config: DatasetConfig = {
      name: 'npz',
      train: { file, images: 'x_train', labels: 'y_train' },
      test: { file, images: 'x_test', labels: 'y_test' },
    };
    const { train, test } = await openDataset(config, () => {});
    expect(train).toMatchObject({ name: 'keras-mnist.npz/x_train', length: 4, inputShape: [6, 5, 1] });
    expect(test).toMatchObject({ length: 2, classNames: ['0', '1', '2'] });
    expect(kindOf(config).ownTest(config)).toMatch(/names test samples/);
    const missing = { ...config, test: { ...config.test!, file: '/nowhere.npz' } };
    expect(kindOf(missing).problems(missing)).toEqual([
      {
        path: 'dataset.test.file',
        message: expect.stringContaining('not there or cannot be read: /nowhere.npz'),
      },
    ]);
  });

  it('reads tables of pixels, and refuses test images of another shape', async () => {
    const train = join(folder, 'train.csv');
    await writeFile(train, '0,255,a\n255,0,b\n');
    const config: DatasetConfig = { name: 'csv', train, inputShape: [1, 2, 1], classNames: ['a', 'b'] };
    expect((await openDataset(config, () => {})).train).toMatchObject({ name: 'train.csv', length: 2 });
    const file = join(fixtures, 'keras-mnist.npz');
    const other = join(fixtures, 'channels-first.npz');
    const mixed: DatasetConfig = {
      name: 'npz',
      train: { file, images: 'x_train', labels: 'y_train' },
      test: { file: other, images: 'images', labels: 'labels' },
    };
    await expect(openDataset(mixed, () => {})).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
      message: expect.stringContaining(
        "are [6, 5, 1], but those of 'channels-first.npz/images', to test on, are [3, 4, 4]",
      ),
    });
  });

  it('reads the images of a list, and makes its paths absolute', async () => {
    const file = join(folder, 'labels.csv');
    await writeFile(file, 'path,label,split\nred.png,warm,train\nblue.png,cold,test\n');
    await writeFile(join(folder, 'red.png'), png);
    await writeFile(join(folder, 'blue.png'), png);
    const relative: DatasetConfig = {
      name: 'manifest',
      train: { file: 'labels.csv', split: 'train' },
      test: { file: 'labels.csv', split: 'test' },
    };
    const config = kindOf(relative).withAbsoluteFiles(relative, (path) => join(folder, path));
    expect(config).toEqual({ ...relative, train: { file, split: 'train' }, test: { file, split: 'test' } });
    const { train, test } = await openDataset(config, () => {});
    expect(train).toMatchObject({ length: 1, classNames: ['cold', 'warm'], inputShape: [1, 1, 3] });
    expect([train.label(0), test?.label(0)]).toEqual([1, 0]);
  });

  it('shows networks what the catalogue says of the data set', async () => {
    const { normalization, train, validation } = await openData({
      dataset: { name: 'cifar10', folder },
      split: { validation: 0.2 },
      normalization: 'dataset',
    });
    expect(normalization).toEqual({
      mean: [0.4914, 0.4822, 0.4465],
      standardDeviation: [0.247, 0.2435, 0.2616],
    });
    expect(train.length + validation.length).toBe(15);
  });
});

describe('openDataset of image files', () => {
  const png = (level: number): Uint8Array =>
    encode({ width: 4, height: 2, channels: 3, depth: 8, data: new Uint8Array(24).fill(level) });
  const text = (...lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.join('\n'));
  const inFolders = (...paths: readonly string[]) =>
    Object.fromEntries(paths.map((path, index) => [path, png(index)]));
  const train = ['n00000001', 'n00000002'];
  const ants = Array.from({ length: 3 }, (_, index) => `101_ObjectCategories/ant/${index}.png`);
  const files: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>> = {
    cinic10: inFolders('train/cat/1.png', 'train/dog/1.png', 'valid/cat/2.png', 'test/dog/3.png'),
    imagenet: inFolders(
      ...train.map((key) => `train/${key}/1.png`),
      'val/n00000001/2.png',
      'val/n00000002/2.png',
    ),
    'tiny-imagenet-200': {
      'wnids.txt': text(...train),
      ...inFolders(...train.map((key) => `train/${key}/images/1.png`), 'val/images/3.png'),
      'val/val_annotations.txt': text('3.png\tn00000002\t0\t0\t9\t9'),
    },
    'mini-imagenet': {
      ...inFolders('images/1.png', 'images/2.png', 'images/3.png'),
      'train.csv': text('filename,label', '1.png,n1'),
      'val.csv': text('filename,label', '2.png,n2'),
      'test.csv': text('filename,label', '3.png,n3'),
    },
    caltech101: inFolders(...ants, '101_ObjectCategories/BACKGROUND_Google/1.png'),
  };

  it.each<[DatasetConfig['name'], number, number | undefined, object]>([
    ['cinic10', 2, 1, {}],
    ['imagenet', 2, 2, {}],
    ['tiny-imagenet-200', 2, 1, { decoder: 'sharp' }],
    ['mini-imagenet', 3, undefined, {}],
    ['caltech101', 2, 1, { perClass: 2, seed: 3 }],
  ])('reads %s, of images of one size', async (name, training, testing, more) => {
    const path = join(folder, `${name}.zip`);
    await writeFile(path, zipSync(files[name]!));
    const config = { name, path, size: 8, ...more } as DatasetConfig;
    expect(kindOf(config).problems(config)).toEqual([]);
    expect(kindOf(config).ownTest(config) === undefined).toBe(testing === undefined);
    const { train: samples, test } = await openDataset(config, () => {});
    expect(samples).toMatchObject({ length: training, inputShape: [8, 8, 3] });
    expect(test?.length).toBe(testing);
    expect(test?.classNames ?? samples.classNames).toEqual(samples.classNames);
  });

  it('tells what does not fit before anything is read', () => {
    const path = join(folder, 'nowhere.tar');
    const problems = (more: object) => {
      const config = { name: 'imagenet', path, ...more } as DatasetConfig;
      return kindOf(config).problems(config);
    };
    expect(problems({ size: 224, shorterSide: 200 })).toEqual([
      { path: 'dataset.path', message: expect.stringMatching(/nowhere.tar/) },
      { path: 'dataset.size', message: expect.stringMatching(/at least 224, the larger side/) },
    ]);
    expect(problems({ fit: 'cover' })[1]).toEqual({
      path: 'dataset.fit',
      message: 'says how images get a size: dataset.size must be given too.',
    });
  });
});
