import { describe, expect, it } from 'vitest';
import { greyJpeg, subsampledJpeg } from '../../testing/jpeg-cases.ts';
import { solidPng } from '../../testing/make-png.ts';
import { makeTar } from '../../testing/make-tar.ts';
import { archiveFiles } from '../archive-files.ts';
import type { ImageFileDataset } from '../labelled-images.ts';
import { type PublishedImagesOptions, publishedImages } from './published-images.ts';

const text = (...lines: readonly string[]): Uint8Array => new TextEncoder().encode(`${lines.join('\n')}\n`);
const image = (level: number): Uint8Array => solidPng([level, 0, 0]);
const jpeg = subsampledJpeg.file;

type Files = Readonly<Record<string, Uint8Array>>;

async function read(
  contents: Files,
  options: Omit<PublishedImagesOptions, 'files'>,
): Promise<ImageFileDataset> {
  const tar = makeTar(Object.entries(contents).map(([name, content]) => ({ name, content })));
  return publishedImages({ files: await archiveFiles(tar, { name: 'x.tar' }), ...options });
}

const samplesOf = (dataset: ImageFileDataset): [path: string, name: string][] =>
  Array.from({ length: dataset.length }, (_, index) => [
    dataset.path(index),
    dataset.classNames[dataset.label(index)]!,
  ]);

describe('Tiny ImageNet', () => {
  const root = 'tiny-imagenet-200';
  const files: Files = {
    [`${root}/wnids.txt`]: text('n02124075', 'n01443537'),
    [`${root}/words.txt`]: text('n01443537\tgoldfish, Carassius auratus', 'n02124075\tEgyptian cat'),
    [`${root}/train/n02124075/images/n02124075_0.JPEG`]: jpeg,
    [`${root}/train/n02124075/n02124075_boxes.txt`]: text('n02124075_0.JPEG\t0\t0\t9\t9'),
    [`${root}/train/n01443537/images/n01443537_0.JPEG`]: greyJpeg.file,
    [`${root}/val/images/val_0.JPEG`]: jpeg,
    [`${root}/val/images/val_1.JPEG`]: jpeg,
    [`${root}/val/val_annotations.txt`]: text(
      'val_0.JPEG\tn02124075\t0\t32\t44\t62',
      'val_1.JPEG\tn01443537\t52\t55\t57\t59',
    ),
    [`${root}/test/images/test_0.JPEG`]: jpeg,
  };
  const dataset = 'tiny-imagenet-200' as const;

  it('has labels in the order of WordNet IDs, names of words, and grey images as RGB', async () => {
    const train = await read(files, { dataset, part: 'train' });
    expect(samplesOf(train)).toEqual([
      [`${root}/train/n01443537/images/n01443537_0.JPEG`, 'goldfish'],
      [`${root}/train/n02124075/images/n02124075_0.JPEG`, 'Egyptian cat'],
    ]);
    expect(train).toMatchObject({ name: 'tiny-imagenet-200 train', inputShape: [9, 11, 3] });
    expect(train.attribution).toMatch(/Tiny ImageNet/);
    const val = await read(files, { dataset, part: 'val' });
    expect(samplesOf(val)).toEqual([
      [`${root}/val/images/val_1.JPEG`, 'goldfish'],
      [`${root}/val/images/val_0.JPEG`, 'Egyptian cat'],
    ]);
  });

  it('takes validation images that were put into folders of classes', async () => {
    const { [`${root}/val/val_annotations.txt`]: _, ...others } = files;
    const moved: Files = {
      'wnids.txt': others[`${root}/wnids.txt`]!,
      'val/n01443537/images/val_1.JPEG': jpeg,
      'val/n02124075/val_0.JPEG': jpeg,
    };
    expect(samplesOf(await read(moved, { dataset, part: 'val' }))).toEqual([
      ['val/n01443537/images/val_1.JPEG', 'n01443537'],
      ['val/n02124075/val_0.JPEG', 'n02124075'],
    ]);
    await expect(read(others, { dataset, part: 'val' })).rejects.toThrow(
      /of the class 'images', which is none/,
    );
  });

  it.each<[Files, RegExp]>([
    [{ 'a/1.png': image(1) }, /'x.tar' is not Tiny ImageNet: it has no wnids.txt/],
    [{ ...files, [`${root}/val/val_annotations.txt`]: text('val_0.JPEG') }, /no file and class in line 1/],
    [
      { ...files, [`${root}/val/val_annotations.txt`]: text('val_9.JPEG\tn01443537') },
      /has no val\/images\/val_9.JPEG, which/,
    ],
    [{ [`${root}/wnids.txt`]: text('n01443537') }, /holds no images of this part/],
  ])('refuses another layout', async (contents, message) => {
    await expect(read(contents, { dataset, part: 'val' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });
});

describe('ImageNet', () => {
  const dataset = 'imagenet' as const;
  const inner = makeTar([{ name: 'n02012849_1.JPEG', content: jpeg }]);

  it('is read from the archive of training images, which holds archives', async () => {
    const contents = {
      'n02012849.tar': inner,
      'n01440764.tar': makeTar([
        { name: 'n01440764_2.JPEG', content: jpeg },
        { name: 'n01440764_1.JPEG', content: jpeg },
      ]),
    };
    const train = await read(contents, { dataset, part: 'train', size: 4 });
    expect(samplesOf(train)).toEqual([
      ['n01440764/n01440764_1.JPEG', 'n01440764'],
      ['n01440764/n01440764_2.JPEG', 'n01440764'],
      ['n02012849/n02012849_1.JPEG', 'n02012849'],
    ]);
    expect(train.inputShape).toEqual([4, 4, 3]);
  });

  it("is read as Kaggle lays it out, with two classes called 'crane' told apart", async () => {
    const folder = 'ILSVRC/Data/CLS-LOC';
    const contents: Files = {
      'LOC_synset_mapping.txt': text('n02012849 crane', 'n03126707 crane'),
      'LOC_val_solution.csv': text(
        'ImageId,PredictionString',
        'ILSVRC2012_val_00000002,n02012849 85 1 499 272 ',
        'ILSVRC2012_val_00000001,n03126707 1 2 3 4 n03126707 5 6 7 8 ',
      ),
      [`${folder}/train/n02012849/n02012849_1.JPEG`]: jpeg,
      [`${folder}/val/ILSVRC2012_val_00000001.JPEG`]: jpeg,
      [`${folder}/val/ILSVRC2012_val_00000002.JPEG`]: jpeg,
    };
    expect(samplesOf(await read(contents, { dataset, part: 'val' }))).toEqual([
      [`${folder}/val/ILSVRC2012_val_00000002.JPEG`, 'crane (n02012849)'],
      [`${folder}/val/ILSVRC2012_val_00000001.JPEG`, 'crane (n03126707)'],
    ]);
    expect(samplesOf(await read(contents, { dataset, part: 'train' }))).toHaveLength(1);
  });

  it('takes classes of the validation archive from a list beside it, or from folders', async () => {
    const flat = { 'ILSVRC2012_val_00000001.JPEG': jpeg, 'ILSVRC2012_val_00000002.JPEG': jpeg };
    const listed = {
      ...flat,
      'imagenet_2012_validation_synset_labels.txt': text('n03126707', 'n02012849'),
    };
    expect(samplesOf(await read(listed, { dataset, part: 'val' }))).toEqual([
      ['ILSVRC2012_val_00000002.JPEG', 'n02012849'],
      ['ILSVRC2012_val_00000001.JPEG', 'n03126707'],
    ]);
    const inFolders = { 'val/n02012849/ILSVRC2012_val_00000002.JPEG': jpeg };
    expect(samplesOf(await read(inFolders, { dataset, part: 'val' }))).toHaveLength(1);
    // A part without images of a class has its labels nevertheless.
    const lacking = { ...inFolders, 'train/n01440764/1.JPEG': jpeg };
    const val = await read(lacking, { dataset, part: 'val' });
    expect([val.classNames, val.label(0)]).toEqual([['n01440764', 'n02012849'], 1]);
    await expect(read(flat, { dataset, part: 'val' })).rejects.toThrow(
      /without classes. Put LOC_val_solution.csv or imagenet_2012/,
    );
    await expect(read({ 'val/cat/1.JPEG': jpeg }, { dataset, part: 'val' })).rejects.toThrow(
      /lies in no folder of a WordNet ID/,
    );
  });
});

describe('mini-ImageNet', () => {
  const dataset = 'mini-imagenet' as const;
  const files: Files = {
    'mini/train.csv': text('filename,label', 'b1.jpg,n02', 'a1.jpg,n01'),
    'mini/val.csv': text('filename,label', 'c1.jpg,n03'),
    'mini/test.csv': text('filename,label', 'd1.jpg,n04'),
    ...Object.fromEntries(['a1', 'b1', 'c1', 'd1'].map((name) => [`mini/images/${name}.jpg`, jpeg])),
  };

  it('has parts with classes of their own, and all of them', async () => {
    expect(samplesOf(await read(files, { dataset, part: 'train' }))).toEqual([
      ['mini/images/a1.jpg', 'n01'],
      ['mini/images/b1.jpg', 'n02'],
    ]);
    expect(samplesOf(await read(files, { dataset, part: 'test' }))).toEqual([['mini/images/d1.jpg', 'n04']]);
    const all = await read(files, { dataset, part: 'all' });
    expect([all.length, all.classes]).toEqual([4, 4]);
  });

  it.each<[Files, RegExp]>([
    [{ 'images/a1.jpg': jpeg }, /has no train.csv/],
    [{ ...files, 'mini/train.csv': text('file;label', 'a1.jpg;n01') }, /columns 'filename,label'/],
    [
      { ...files, 'mini/train.csv': text('filename,label', 'z.jpg,n01') },
      /no image 'z.jpg', which line 2 of train.csv lists/,
    ],
  ])('refuses another layout', async (contents, message) => {
    await expect(read(contents, { dataset, part: 'train' })).rejects.toThrow(message);
  });
});

describe('Caltech-101', () => {
  const dataset = 'caltech101' as const;
  const folder = 'caltech-101/101_ObjectCategories';
  const names = (count: number, name: string) =>
    Array.from({ length: count }, (_, index) => `${name}/image_000${index + 1}.png`);
  const all = [...names(5, 'ant'), ...names(4, 'wrench')];
  const files: Files = Object.fromEntries(
    [...all, ...names(3, 'BACKGROUND_Google')].map((path, index) => [`${folder}/${path}`, image(index)]),
  );

  it('has no background, and is divided by a draw of as many of each class', async () => {
    expect(samplesOf(await read(files, { dataset, part: 'all' }))).toEqual(
      all.map((path) => [`${folder}/${path}`, path.split('/')[0]]),
    );
    const parts = async (seed: number) =>
      Promise.all(
        ['train', 'test'].map(async (part) =>
          samplesOf(await read(files, { dataset, part, perClass: 3, seed })),
        ),
      );
    const [train, test] = await parts(0);
    expect(train!.map(([, name]) => name)).toEqual(['ant', 'ant', 'ant', 'wrench', 'wrench', 'wrench']);
    expect([...train!, ...test!].map(([path]) => path).sort()).toEqual(
      all.map((path) => `${folder}/${path}`).sort(),
    );
    expect(await parts(0)).toEqual([train, test]);
    expect(await parts(1)).not.toEqual([train, test]);
    await expect(read(files, { dataset, part: 'train' })).rejects.toThrow(
      /has 5 images of 'ant': with 30 a class to train on none is left/,
    );
  });

  it('is divided by lists of paths where there are any', async () => {
    const lists = {
      ...files,
      'caltech-101/train.txt': text('ant/image_0002.png', '101_ObjectCategories/wrench/image_0001.png'),
      'caltech-101/test.txt': text('ant/image_0009.png'),
    };
    expect(samplesOf(await read(lists, { dataset, part: 'train' })).map(([path]) => path)).toEqual([
      `${folder}/ant/image_0002.png`,
      `${folder}/wrench/image_0001.png`,
    ]);
    await expect(read(lists, { dataset, part: 'test' })).rejects.toThrow(
      /'ant\/image_0009.png', which test.txt/,
    );
  });
});

describe('CINIC-10', () => {
  const dataset = 'cinic10' as const;
  it('has the classes of CIFAR-10 in three parts', async () => {
    const files = { 'train/dog/1.png': image(1), 'valid/cat/2.png': image(2), 'test/cat/3.png': image(3) };
    const valid = await read(files, { dataset, part: 'valid' });
    expect(samplesOf(valid)).toEqual([['valid/cat/2.png', 'cat']]);
    expect(valid.classes).toBe(10);
    await expect(read({ 'train/fish/1.png': image(1) }, { dataset, part: 'train' })).rejects.toThrow(
      /class folder 'fish'/,
    );
  });
});

it('names parts and data sets that are not known', async () => {
  const files = { 'train/dog/1.png': image(1) };
  await expect(read(files, { dataset: 'cinic10', part: 'val' })).rejects.toThrow(
    "The parts of cinic10 are 'train', 'valid', 'test', got 'val'.",
  );
  const other = { dataset: 'cifar10' as 'cinic10', part: 'train' };
  await expect(read(files, other)).rejects.toThrow(/dataset must be one of 'caltech101', .* got 'cifar10'/);
});
