import { foldIn, prngKey } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { autocontrast } from './autocontrast.ts';
import { buildTransform } from './build-transform.ts';
import { centerCrop } from './center-crop.ts';
import { colorJitter } from './color-jitter.ts';
import { cutout } from './cutout.ts';
import { equalize } from './equalize.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { grayscale } from './grayscale.ts';
import { invert } from './invert.ts';
import { normalize } from './normalize.ts';
import { padCropFlip } from './pad-crop-flip.ts';
import { pipeline } from './pipeline.ts';
import { autoAugment } from './policies/auto-augment.ts';
import { randAugment } from './policies/rand-augment.ts';
import { trivialAugment } from './policies/trivial-augment.ts';
import { posterize } from './posterize.ts';
import { randomAffine } from './random-affine.ts';
import { randomCrop } from './random-crop.ts';
import { randomErasing } from './random-erasing.ts';
import { randomHorizontalFlip } from './random-horizontal-flip.ts';
import { randomResizedCrop } from './random-resized-crop.ts';
import { randomRotation } from './random-rotation.ts';
import { randomVerticalFlip } from './random-vertical-flip.ts';
import { resize } from './resize.ts';
import { sharpness } from './sharpness.ts';
import { solarize } from './solarize.ts';
import type { Image, Transform, TransformSpec } from './transform.ts';

const image: Image = {
  data: Float32Array.from({ length: 6 * 5 * 3 }, (_, index) => ((index * 37) % 101) / 101),
  shape: [6, 5, 3],
};

const all: readonly Transform[] = [
  randomCrop({ padding: 2 }),
  randomHorizontalFlip(),
  padCropFlip(),
  cutout({ size: 3 }),
  randomCrop({ padding: 2, paddingMode: 'reflect' }),
  randomVerticalFlip(),
  resize({ size: [4, 7] }),
  resize({ shorterSide: 4 }),
  centerCrop({ size: 3 }),
  randomResizedCrop({ size: 4 }),
  randomRotation({ degrees: 40, interpolation: 'bilinear', fill: 0.5 }),
  randomAffine({ degrees: 10, translation: [0.2, 0.1], scale: [0.8, 1.2], shear: [5, 2] }),
  colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  grayscale({ probability: 0.5 }),
  gaussianBlur({ kernelSize: 5 }),
  solarize({ probability: 0.5 }),
  posterize({ bits: 3 }),
  equalize(),
  autocontrast(),
  invert(),
  sharpness({ factor: 1.8 }),
  randomErasing({ probability: 1 }),
  randomErasing({ probability: 1, fill: 0.25 }),
  autoAugment(),
  randAugment({ operations: 3, magnitude: 20 }),
  trivialAugment({ interpolation: 'bilinear' }),
];

/** Those that know red, green and blue. */
const takesColors = new Set([
  'colorJitter',
  'grayscale',
  'autoAugment',
  'randAugment',
  'trivialAugment',
  'pipeline',
]);

const normalized = normalize({ mean: [0.5, 0.4, 0.3], standardDeviation: [0.2, 0.25, 0.3] });

describe('every transform', () => {
  it.each(all.map((transform) => [JSON.stringify(transform.spec), transform]))(
    'keeps its input and gives pixels of 0..1: %s',
    (_, transform) => {
      const before = image.data.slice();
      const shapes = new Set<string>();
      for (let draw = 0; draw < 40; draw++) {
        const { data, shape } = transform(image, foldIn(prngKey(3), draw));
        expect(image.data).toEqual(before);
        expect(data.length).toBe(shape[0] * shape[1] * shape[2]);
        expect(data.every((value) => value >= 0 && value <= 1)).toBe(true);
        shapes.add(shape.join());
      }
      expect(shapes.size).toBe(1);
    },
  );

  it.each(
    all
      .filter(({ spec }) => !takesColors.has(spec!.name))
      .map((transform) => [transform.spec!.name, transform]),
  )('%s takes grey images and any number of channels', (_, transform) => {
    for (const channels of [1, 2]) {
      const shape = [6, 5, channels] as const;
      const { data } = transform({ data: image.data.slice(0, 30 * channels), shape }, prngKey(5));
      expect(data.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });
});

describe('transforms of colours', () => {
  it.each(
    all
      .filter(({ spec }) => takesColors.has(spec!.name))
      .map((transform) => [transform.spec!.name, transform]),
  )('%s refuses images of other channels whatever it draws, and takes grey ones', (_, transform) => {
    for (let draw = 0; draw < 20; draw++) {
      const key = foldIn(prngKey(6), draw);
      const two: Image = { data: image.data.slice(0, 60), shape: [6, 5, 2] };
      expect(() => transform(two, key)).toThrow(/take images of 1 or 3 channels, .* \[6, 5, 2\]/);
      const grey: Image = { data: image.data.slice(0, 30), shape: [6, 5, 1] };
      expect(transform(grey, key).data.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });
});

describe('buildTransform', () => {
  it.each(
    [...all, normalized, pipeline([...all, normalized]), pipeline([])].map((transform) => [
      transform.spec!.name,
      transform,
    ]),
  )('makes %s again from its spec as text', (_, transform) => {
    const spec = JSON.parse(JSON.stringify(transform.spec)) as TransformSpec;
    const again = buildTransform(spec);
    expect(again.spec).toEqual(transform.spec);
    for (let draw = 0; draw < 5; draw++) {
      const key = foldIn(prngKey(9), draw);
      expect(again(image, key)).toEqual(transform(image, key));
    }
  });

  it.each<[unknown, RegExp]>([
    [{ name: 'blur', options: {} }, /There is no transform 'blur'\. There are autoAugment, /],
    [{ name: 'toString', options: {} }, /There is no transform 'toString'/],
    [
      { name: 'cutout', options: { size: 3, side: 3 } },
      /'cutout' has no option 'side'\. Its options are size/,
    ],
    [{ name: 'cutout', options: { size: '3' } }, /size must be a whole number of pixels/],
    [{ name: 'randomHorizontalFlip', options: { probability: '0.5' } }, /probability must be in 0\.\.1/],
    [{ name: 'normalize', options: { mean: 'x', standardDeviation: [1] } }, /mean must be a list/],
    [{ name: 'normalize', options: { mean: [0] } }, /standardDeviation must be a list/],
    [{ name: 'pipeline', options: { transforms: 3 } }, /transforms must be a list of transform specs/],
    [{ name: 'pipeline', options: { transforms: [null] } }, /must have a name and an object of options/],
    [
      { name: 'resize', options: { shorterSide: 4, size: 3 } },
      /The transform 'resize' has no option 'shorterSide'/,
    ],
    [{ name: 'resize', options: {} }, /shorterSide must be a whole number of pixels/],
    [{ name: 'centerCrop', options: { size: [3] } }, /size must be a whole number of pixels, .* got \[3\]/],
    [
      { name: 'randomCrop', options: { padding: 1, paddingMode: 'edge' } },
      /paddingMode must be 'zeros' or 'refl/,
    ],
    [
      { name: 'randomResizedCrop', options: { size: 3, scale: [0.5, 0.2] } },
      /scale must be two numbers in order/,
    ],
    [
      { name: 'randomResizedCrop', options: { size: 3, ratio: [0, 1] } },
      /ratio must be two numbers in order/,
    ],
    [{ name: 'randomRotation', options: { degrees: 200 } }, /degrees must be from 0 to 180, got 200/],
    [{ name: 'randomAffine', options: { shear: [0, 90] } }, /Each number of shear must be from 0 to 89/],
    [{ name: 'randomAffine', options: { translation: 1 } }, /translation must be two numbers/],
    [{ name: 'colorJitter', options: { hue: 0.6 } }, /hue must be from 0 to 0\.5, got 0\.6/],
    [{ name: 'colorJitter', options: { contrast: -1 } }, /contrast must be a number of at least 0/],
    [{ name: 'gaussianBlur', options: { kernelSize: 4 } }, /kernelSize must be odd, got 4/],
    [{ name: 'posterize', options: { bits: 9 } }, /bits must be from 0 to 8/],
    [{ name: 'solarize', options: { threshold: 300 } }, /threshold must be from 0 to 256/],
    [{ name: 'randomErasing', options: { fill: 'noise' } }, /fill, unless it is 'random', must be in 0\.\.1/],
    [{ name: 'randAugment', options: { magnitude: 31 } }, /magnitude must be from 0 to 30/],
    [
      { name: 'trivialAugment', options: { interpolation: 'cubic' } },
      /interpolation must be 'nearest' or 'bil/,
    ],
    [{ name: 'autoAugment', options: { magnitude: 3 } }, /'autoAugment' has no option 'magnitude'/],
    [{ name: 'cutout' }, /must have a name and an object of options, got {"name":"cutout"}/],
  ])('refuses %j', (spec, message) => {
    expect(() => buildTransform(spec as TransformSpec)).toThrow(message);
  });
});

describe('pipeline', () => {
  it('gives each transform a key of its own place, and the image of the one before', () => {
    const add =
      (value: number): Transform =>
      ({ data, shape }) => ({ data: data.map((pixel) => 2 * pixel + value), shape });
    const one: Image = { data: Float32Array.of(1), shape: [1, 1, 1] };
    expect([...pipeline([add(1), add(10)])(one, prngKey(0)).data]).toEqual([16]);

    const keys: unknown[] = [];
    const note: Transform = (given, key) => {
      keys.push(key);
      return given;
    };
    pipeline([note, note])(one, prngKey(4));
    expect(keys).toEqual([foldIn(prngKey(4), 0), foldIn(prngKey(4), 1)]);
  });

  it('has no spec when one of its transforms has none', () => {
    expect(pipeline([cutout({ size: 1 }), (given) => given]).spec).toBeUndefined();
  });
});
