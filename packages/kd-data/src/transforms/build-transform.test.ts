import { foldIn, prngKey } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { buildTransform } from './build-transform.ts';
import { cutout } from './cutout.ts';
import { normalize } from './normalize.ts';
import { padCropFlip } from './pad-crop-flip.ts';
import { pipeline } from './pipeline.ts';
import { randomCrop } from './random-crop.ts';
import { randomHorizontalFlip } from './random-horizontal-flip.ts';
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
  normalize({ mean: [0.5, 0.4, 0.3], standardDeviation: [0.2, 0.25, 0.3] }),
];

describe('buildTransform', () => {
  it.each([...all, pipeline(all), pipeline([])].map((transform) => [transform.spec!.name, transform]))(
    'makes %s again from its spec as text',
    (_, transform) => {
      const spec = JSON.parse(JSON.stringify(transform.spec)) as TransformSpec;
      const again = buildTransform(spec);
      expect(again.spec).toEqual(transform.spec);
      for (let draw = 0; draw < 5; draw++) {
        const key = foldIn(prngKey(9), draw);
        expect(again(image, key)).toEqual(transform(image, key));
      }
    },
  );

  it.each<[unknown, RegExp]>([
    [{ name: 'blur', options: {} }, /There is no transform 'blur'\. Transforms are cutout, /],
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
