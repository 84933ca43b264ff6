import { zipSync } from 'fflate';
import { generator } from 'kd-fuzzing';
import { describe, expect, it } from 'vitest';
import { archiveFiles } from '../image-files/archive-files.ts';
import { damage, errorCodeOf } from '../testing/damage.ts';
import { solidPng } from '../testing/make-png.ts';
import { type ManifestImagesOptions, manifestImages } from './manifest-images.ts';
import { parseManifest } from './parse-manifest.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const open = async (list: string, options: Partial<ManifestImagesOptions> = {}) =>
  manifestImages(
    await archiveFiles(
      zipSync({
        'data/list.csv': text(list),
        'data/images/red.png': solidPng([255, 0, 0]),
        'data/images/blue.png': solidPng([0, 0, 255]),
        'other/green.png': solidPng([0, 255, 0]),
      }),
    ),
    { manifest: 'data/list.csv', ...options },
  );

describe('manifestImages', () => {
  it('takes images in the order of the list, with paths that start at its folder', async () => {
    const dataset = await open('images/red.png,warm\n./images/blue.png,cold\n../other/green.png,cold\n');
    expect(dataset).toMatchObject({ name: 'data/list.csv', length: 3, classNames: ['cold', 'warm'] });
    expect([0, 1, 2].map(dataset.label)).toEqual([1, 0, 0]);
    expect(dataset.path(2)).toBe('other/green.png');
    expect([...(await dataset.pixels(1)).subarray(0, 3)]).toEqual([0, 0, 255]);
  });

  it('chooses a split, with the classes of all', async () => {
    const list = 'Split,Label,File\ntrain,b,images/red.png\ntest,a,images/blue.png\n';
    const dataset = await open(list, { split: 'train' });
    expect(dataset).toMatchObject({ length: 1, classNames: ['a', 'b'] });
    expect(dataset.label(0)).toBe(1);
    await expect(open(list)).rejects.toThrow(/are of the splits 'train', 'test'\. Choose one/);
    await expect(open(list, { split: 'val' })).rejects.toThrow(/split 'val'; it has 'train', 'test'/);
  });

  it('takes numbers as classes, with names where they are given', async () => {
    const list = '[{"path": "images/red.png", "label": 2}, {"path": "images/blue.png", "label": 0}]';
    expect((await open(list)).classNames).toEqual(['0', '1', '2']);
    const named = await open(list, { classNames: ['x', 'y', 'z'] });
    expect([named.label(0), named.label(1)]).toEqual([2, 0]);
  });

  it.each<[string, string, Partial<ManifestImagesOptions>, RegExp]>([
    ['a list that is not there', '', { manifest: 'list.csv' }, /has no file 'list.csv'/],
    ['an empty list', '\n', {}, /no images in the list 'data\/list.csv'/],
    ['a row without a label', 'images/red.png\n', {}, /Row 1 .* has no label/],
    ['a row without a path', 'label,path\na,images/red.png\nb,\n', {}, /Row 3 .* has no path/],
    [
      'images that are not there',
      'red.png,a\nblue.png,b\n',
      {},
      /names 2 images that are not there, such as 'data\/red.png' of 2/,
    ],
    [
      'a label that is no class',
      'images/red.png,7\n',
      { classNames: ['a', 'b'] },
      /label '7', .* 2 classes 'a', 'b'\./,
    ],
    ['damaged JSON', '[{"path"', {}, /is no JSON/],
    ['JSON that is no list', '{}', {}, /must be a list of objects/],
    ['an item without a path', '[{"label": 1}]', {}, /Item 0 .* must have a 'path'/],
  ])('refuses %s', async (_, list, options, message) => {
    await expect(open(list, options)).rejects.toThrow(message);
  });
});

it('parseManifest gives typed errors for damaged lists', async () => {
  const lists = [
    'path,label,split\na.png,"x",train\nb.png,y,test\n',
    '[{"path": "a", "label": 1, "split": "s"}]',
  ].map(text);
  const random = generator(20_261_127);
  for (let index = 0; index < 1000; index++) {
    const list = new TextDecoder().decode(damage(lists[index % 2]!, random));
    expect([undefined, 'PARSE']).toContain(await errorCodeOf(() => parseManifest(list, 'it')));
  }
});
