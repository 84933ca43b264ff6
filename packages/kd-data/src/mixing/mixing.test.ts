import fc from 'fast-check';
import { type Batch, foldIn, HostTensor, prngKey } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { digits } from '../digits/digits.ts';
import { createLoader } from '../loader/create-loader.ts';
import { buildLoaderOptions, describeLoader, type LoaderSpec } from '../loader/workers/loader-spec.ts';
import { buildMix } from './build-mix.ts';
import { cutMix } from './cut-mix.ts';
import type { Mix, MixSpec } from './mix.ts';
import { mixOneOf } from './mix-one-of.ts';
import { mixup } from './mixup.ts';

const key = prngKey(17);

/** Every pixel of a sample says which one it is: 0.1, 0.2, 0.3 ... */
function numbered(count: number, height: number, width: number): Batch {
  const size = height * width;
  const data = Float32Array.from({ length: count * size }, (_, i) => (Math.floor(i / size) + 1) / 10);
  const positions = Int32Array.from({ length: count }, (_, position) => position);
  const images = new HostTensor(data, [count, height, width, 1]);
  return {
    images,
    labels: new HostTensor(
      positions.map((position) => position + 3),
      [count],
    ),
    indices: new HostTensor(
      positions.map((position) => position + 100),
      [count],
    ),
    views: { strong: new HostTensor(data.slice(), images.shape) },
  };
}

function imageOf({ data, shape }: HostTensor, position: number): number[] {
  const size = data.length / shape[0]!;
  return [...data.subarray(position * size, (position + 1) * size)];
}

describe.each<[string, Mix]>([
  ['mixup', mixup({ alpha: 0.7 })],
  ['cutMix', cutMix()],
  ['mixOneOf', mixOneOf([mixup(), cutMix({ probability: 0.5 })])],
])('%s', (_, mix) => {
  it('has as much of both samples in each image and view as it says, most of the one that the batch names', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.nat(), (count, seed) => {
        const batch = numbered(count, 5, 6);
        const before = batch.images.data.slice();
        const { images, labels, indices, views, mixed } = mix(batch, prngKey(seed));
        expect(batch.images.data).toEqual(before);
        expect(labels).toEqual(batch.labels);
        expect(indices).toEqual(batch.indices);
        expect(views!.strong!.data).toEqual(images.data);
        const partners = [...mixed!.labels.data].map((label) => label - 3);
        expect(partners.toSorted((a, b) => a - b)).toEqual(partners.map((_, position) => position));
        for (const [position, partner] of partners.entries()) {
          const share = mixed!.shares.data[position]!;
          expect(share >= 0.5 && share <= 1).toBe(true);
          const mean = imageOf(images, position).reduce((sum, pixel) => sum + pixel, 0) / 30;
          expect(mean).toBeCloseTo((share * (position + 1) + (1 - share) * (partner + 1)) / 10, 5);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is made again of its spec, and is a pure function of batch and key', () => {
    const again = buildMix(JSON.parse(JSON.stringify(mix.spec)) as MixSpec);
    for (let draw = 0; draw < 8; draw++) {
      const batch = numbered(6, 4, 4);
      expect(again(batch, foldIn(key, draw))).toEqual(mix(batch, foldIn(key, draw)));
    }
  });
});

describe('mixup', () => {
  it('draws shares from the larger half of the beta distribution', () => {
    const shares = Array.from(
      { length: 1500 },
      (_, draw) => mixup({ alpha: 2 })(numbered(1, 1, 1), foldIn(key, draw)).mixed!.shares.data[0]!,
    );
    // Of B in Beta(2, 2), the mean of max(B, 1 - B) is 11/16 and its variance 1/4 + 1/20 - (11/16)^2 < 0.015.
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(Math.abs(mean - 11 / 16)).toBeLessThan(5 * Math.sqrt(0.015 / shares.length));
  });

  it('leaves batches as they are with the rest of its probability', () => {
    const mixes = Array.from(
      { length: 400 },
      (_, draw) => mixup({ probability: 0.25 })(numbered(2, 1, 1), foldIn(key, draw)).mixed!,
    );
    const left = mixes.filter(({ shares }) => shares.data[0] === 1).length;
    expect(Math.abs(left / 400 - 0.75)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 400));
    expect(mixup({ probability: 0 })(numbered(2, 1, 1), key).images).toEqual(numbered(2, 1, 1).images);
  });
});

describe('cutMix', () => {
  it('shows one rectangle of one sample within the other', () => {
    for (let draw = 0; draw < 60; draw++) {
      const { images, mixed } = cutMix()(numbered(4, 6, 7), foldIn(key, draw));
      for (let position = 0; position < 4; position++) {
        const pixels = imageOf(images, position);
        const values = [...new Set(pixels)];
        expect(values.length).toBeLessThanOrEqual(2);
        const isRectangle = values.some((value) => {
          const places = pixels.flatMap((pixel, at) => (pixel === value ? [at] : []));
          const rows = places.map((at) => Math.floor(at / 7));
          const columns = places.map((at) => at % 7);
          const area =
            (Math.max(...rows) - Math.min(...rows) + 1) * (Math.max(...columns) - Math.min(...columns) + 1);
          return area === places.length;
        });
        expect(isRectangle).toBe(true);
      }
      expect(mixed!.shares.data[0]! * 42).toBeCloseTo(Math.round(mixed!.shares.data[0]! * 42), 4);
    }
  });

  it('refuses views of another size', () => {
    const batch = numbered(2, 4, 4);
    const views = { small: new HostTensor(new Float32Array(8), [2, 2, 2, 1]) };
    expect(() => cutMix({ probability: 0 })({ ...batch, views }, key)).toThrow(
      /images have 4x4 and the view 'small' 2x2/,
    );
  });
});

describe('mixOneOf', () => {
  it('takes all of them about equally often', () => {
    const named =
      (share: number): Mix =>
      (batch) => ({
        ...batch,
        mixed: { labels: batch.labels, shares: new HostTensor(Float32Array.of(share), [1]) },
      });
    const mix = mixOneOf([named(0.5), named(0.75), named(1)]);
    expect(mix.spec).toBeUndefined();
    const counts = new Map<number, number>();
    for (let draw = 0; draw < 900; draw++) {
      const share = mix(numbered(1, 1, 1), foldIn(key, draw)).mixed!.shares.data[0]!;
      counts.set(share, (counts.get(share) ?? 0) + 1);
    }
    // Five standard deviations of a binomial(900, 1/3) are 71.
    for (const share of [0.5, 0.75, 1]) expect(Math.abs(counts.get(share)! - 300)).toBeLessThan(71);
  });
});

describe('options', () => {
  it.each<[unknown, RegExp]>([
    [{ name: 'mixup', options: { alpha: 0 } }, /alpha must be a finite number of at least 0\.001, got 0/],
    [{ name: 'cutMix', options: { probability: 2 } }, /probability must be in 0\.\.1/],
    [{ name: 'mixOneOf', options: { mixes: [] } }, /needs at least one mix/],
    [{ name: 'mixOneOf', options: { mixes: 1 } }, /mixes must be a list of mix specs/],
    [{ name: 'puzzle', options: {} }, /There is no mix 'puzzle'\. There are cutMix, mixOneOf, mixup/],
    [{ name: 'mixup', options: { beta: 1 } }, /The mix 'mixup' has no option 'beta'/],
  ])('refuses %j', (spec, message) => {
    expect(() => buildMix(spec as MixSpec)).toThrow(message);
  });
});

describe('createLoader with mix', () => {
  const options = { dataset: digits(), batchSize: 16, key, mix: mixup() };

  it('mixes batches of samples in their order, each epoch anew', () => {
    const loader = createLoader(options);
    expect(loader).toMatchObject({ mixes: true });
    expect(loader.variants).toBeUndefined();
    const batch = loader.batch(2, 5);
    const { mix: _, ...unmixed } = options;
    const plain = createLoader(unmixed).batch(2, 5);
    expect(batch.labels).toEqual(plain.labels);
    expect(batch.indices).toEqual(plain.indices);
    expect(batch.images).not.toEqual(plain.images);
    expect(batch.variant).toBeUndefined();
    expect(createLoader(options).batch(2, 5)).toEqual(batch);
    expect(loader.batch(3, 5).mixed!.shares).not.toEqual(batch.mixed!.shares);
    expect(createLoader(unmixed)).not.toHaveProperty('mixes');
  });

  it('goes to workers as data', () => {
    const spec = JSON.parse(JSON.stringify(describeLoader(options))) as LoaderSpec;
    const again = createLoader(buildLoaderOptions(spec, digits()));
    expect(again.batch(1, 2)).toEqual(createLoader(options).batch(1, 2));
    expect(() => describeLoader({ ...options, mix: (batch) => batch })).toThrow(
      /The mix is a function of your own/,
    );
  });

  it('refuses variants and a padded last batch', () => {
    expect(() => createLoader({ ...options, variants: 2 })).toThrow(/leave out variants beside mix/);
    expect(() => createLoader({ ...options, padLast: true })).toThrow(/leave out one of them/);
  });
});
