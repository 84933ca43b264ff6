import fc from 'fast-check';
import { type Batch, type HostTensor, prngKey } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../array-dataset.ts';
import type { Dataset } from '../dataset.ts';
import { digits } from '../digits/digits.ts';
import { subset } from '../subset.ts';
import { cutout } from '../transforms/cutout.ts';
import { normalize } from '../transforms/normalize.ts';
import { padCropFlip } from '../transforms/pad-crop-flip.ts';
import type { Transform } from '../transforms/transform.ts';
import { createLoader, type Loader } from './create-loader.ts';

const key = prngKey(11);
const few = subset(
  digits(),
  Array.from({ length: 50 }, (_, index) => 3 * index),
);

const topHalf: Transform = ({ data }) => ({ data: data.slice(0, 32), shape: [4, 8, 1] });

const epochOf = (loader: Loader, epoch: number): Batch[] =>
  Array.from({ length: loader.stepsPerEpoch }, (_, index) => loader.batch(epoch, index));
const indicesOf = (batches: readonly Batch[]): number[] =>
  batches.flatMap(({ indices }) => [...indices.data]);

/** Pixels of each sample of some batches, by original index. */
function imagesByIndex(batches: readonly Batch[]): Map<number, string> {
  const found = new Map<number, string>();
  for (const { images, indices } of batches) {
    const size = images.data.length / indices.data.length;
    for (const [position, index] of indices.data.entries()) {
      found.set(index, images.data.subarray(position * size, (position + 1) * size).join());
    }
  }
  return found;
}

describe('createLoader', () => {
  it('gives every sample once an epoch, with its label and pixels', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.nat({ max: 5 }),
        fc.boolean(),
        (batchSize, epoch, shuffle) => {
          const loader = createLoader({ dataset: few, batchSize, key, shuffle });
          const batches = epochOf(loader, epoch);
          expect(indicesOf(batches).toSorted((a, b) => a - b)).toEqual(
            Array.from({ length: 50 }, (_, index) => 3 * index),
          );
          for (const [original, pixels] of imagesByIndex(batches)) {
            expect(pixels).toBe(digits().image(original).join());
          }
          for (const { labels, indices } of batches) {
            for (const [position, index] of indices.data.entries()) {
              expect(labels.data[position]).toBe(digits().label(index));
            }
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('shows the same images in every order under one augmentationKey, as many of each as there are variants', () => {
    const loader = (seed: number) =>
      createLoader({
        dataset: few,
        batchSize: 7,
        key: prngKey(seed),
        augmentationKey: key,
        transforms: [padCropFlip({ padding: 2 })],
        variants: 3,
      });
    const [first, second] = [loader(1), loader(2)];
    expect(first.variants).toBe(3);
    expect(indicesOf(epochOf(first, 0))).not.toEqual(indicesOf(epochOf(second, 0)));
    const shown = [0, 1, 2, 3, 4].map((epoch) => imagesByIndex(epochOf(first, epoch)));
    expect(imagesByIndex(epochOf(second, 1))).toEqual(shown[1]);
    expect(shown[3]).toEqual(shown[0]);
    expect(shown[4]).toEqual(shown[1]);
    expect(shown[1]).not.toEqual(shown[0]);
    expect(epochOf(first, 4).map(({ variant }) => variant)).toEqual(Array(8).fill(1));
    const plain = createLoader({ dataset: few, batchSize: 7, key });
    expect([plain.variants, plain.batch(5, 0).variant]).toEqual([1, 0]);
  });

  it('gives tensors of the documented types and shapes', () => {
    const { images, labels, indices } = createLoader({ dataset: few, batchSize: 16, key }).batch(0, 3);
    const describeTensor = ({ shape, dtype }: HostTensor): unknown => [shape, dtype];
    expect([images, labels, indices].map(describeTensor)).toEqual([
      [[2, 8, 8, 1], 'float32'],
      [[2], 'int32'],
      [[2], 'int32'],
    ]);
  });

  it('is a pure function of epoch and index, in any order of access', () => {
    const options = { dataset: few, batchSize: 8, key, transforms: [padCropFlip({ padding: 1 })] };
    const straight = createLoader(options);
    const expected = [0, 1, 2].map((epoch) => epochOf(straight, epoch));
    const jumping = createLoader(options);
    for (const [epoch, index] of [
      [2, 6],
      [0, 0],
      [1, 3],
      [2, 0],
      [0, 6],
    ] as const) {
      expect(jumping.batch(epoch, index)).toEqual(expected[epoch]![index]);
    }
  });

  it('orders each epoch anew, by the key', () => {
    const order = (seed: number, epoch: number): string =>
      indicesOf(epochOf(createLoader({ dataset: few, batchSize: 50, key: prngKey(seed) }), epoch)).join();
    expect(new Set([order(1, 0), order(1, 1), order(1, 2), order(2, 0)]).size).toBe(4);
    expect(order(1, 1)).toBe(order(1, 1));
  });

  it('keeps the order of the data set without shuffle', () => {
    const loader = createLoader({ dataset: few, batchSize: 7, key, shuffle: false });
    expect(indicesOf(epochOf(loader, 3))).toEqual(Array.from({ length: 50 }, (_, index) => 3 * index));
  });

  it('augments a sample the same way at any batch size, order and subset, and anew in each epoch', () => {
    const transforms = [padCropFlip({ padding: 2 })];
    const load = (
      dataset: Dataset,
      batchSize: number,
      shuffle: boolean,
      epoch: number,
    ): Map<number, string> =>
      imagesByIndex(epochOf(createLoader({ dataset, batchSize, key, shuffle, transforms }), epoch));
    const reference = load(few, 50, true, 4);
    expect(load(few, 7, false, 4)).toEqual(new Map([...reference].sort(([a], [b]) => a - b)));
    for (const [index, pixels] of load(subset(few, [40, 3, 9]), 2, true, 4)) {
      expect(pixels).toBe(reference.get(index));
    }
    const next = load(few, 50, true, 5);
    const changed = [...reference].filter(([index, pixels]) => next.get(index) !== pixels);
    // 50 places and mirrorings are possible, so about one of the 50 samples stays by chance.
    expect(changed.length).toBeGreaterThan(40);
  });

  it('counts samples and steps with a short last batch and without', () => {
    const options = { dataset: few, batchSize: 16, key };
    expect(createLoader(options)).toMatchObject({ length: 50, batchSize: 16, stepsPerEpoch: 4 });
    const dropping = createLoader({ ...options, dropLast: true });
    expect(dropping).toMatchObject({ length: 48, batchSize: 16, stepsPerEpoch: 3 });
    expect(indicesOf(epochOf(dropping, 0))).toHaveLength(48);
  });

  it('shows a sample in further ways, each by draws of its own', () => {
    const strong = [padCropFlip({ padding: 2 }), cutout({ size: 4 })];
    const options = { dataset: few, batchSize: 8, key, transforms: [padCropFlip({ padding: 1 })] };
    const plain = createLoader(options);
    const loader = createLoader({ ...options, views: { strong, again: strong, small: [topHalf] } });
    expect(plain.views).toBeUndefined();
    expect(plain.batch(0, 0).views).toBeUndefined();
    expect(loader.views).toEqual({ strong: [8, 8, 1], again: [8, 8, 1], small: [4, 8, 1] });
    const { views, ...rest } = loader.batch(2, 3);
    expect(rest).toEqual(plain.batch(2, 3));
    expect(views!.strong!.data).not.toEqual(views!.again!.data);
    expect(views!.small!.shape).toEqual([8, 4, 8, 1]);
    for (const [position, index] of rest.indices.data.entries()) {
      expect(views!.small!.data.subarray(32 * position, 32 * (position + 1))).toEqual(
        digits().image(index).subarray(0, 32),
      );
    }
    // A view depends neither on the other views nor on the transforms, the batch size or the order.
    const other = createLoader({ dataset: few, batchSize: 50, key, shuffle: false, views: { strong } });
    const seen = other.batch(2, 0);
    for (const [position, index] of rest.indices.data.entries()) {
      const at = [...seen.indices.data].indexOf(index);
      expect(views!.strong!.data.subarray(64 * position, 64 * (position + 1))).toEqual(
        seen.views!.strong!.data.subarray(64 * at, 64 * (at + 1)),
      );
    }
    expect(loader.batch(3, 3).views!.strong).not.toEqual(views!.strong);
  });

  it('takes the shape that the transforms give', () => {
    const loader = createLoader({
      dataset: few,
      batchSize: 2,
      key,
      transforms: [topHalf],
    });
    expect(loader.imageShape).toEqual([4, 8, 1]);
    expect(loader.batch(0, 0).images.shape).toEqual([2, 4, 8, 1]);
  });
});

describe('createLoader refuses', () => {
  const image = [0.1, 0.2, 0.3, 0.4];
  const toy: Dataset = arrayDataset({
    name: 'toy',
    pixels: Float32Array.from([...image, ...image, ...image]),
    labels: Uint8Array.of(0, 1, 0),
    inputShape: [2, 2, 1],
    classNames: ['a', 'b'],
  });
  const withSecond = (pixels: readonly number[]): Dataset => ({
    ...toy,
    image: (index) => (index === 1 ? Float32Array.from(pixels) : toy.image(index)),
  });

  it.each([0, -1, 1.5, Number.NaN])('a batch size of %s', (batchSize) => {
    expect(() => createLoader({ dataset: toy, batchSize, key })).toThrow(/batchSize must be a positive/);
  });

  it.each([2, -1, 0.5, Number.NaN])('a label of %s, at once and by its sample', (label) => {
    const dataset = { ...toy, label: (index: number) => (index === 2 ? label : 0) };
    expect(() => createLoader({ dataset, batchSize: 1, key })).toThrow(
      `Sample 2 of data set 'toy' has label ${label}, but labels must be integers 0..1.`,
    );
  });

  it.each([
    [[0, Number.NaN, 0, 0], /Pixel 1 of sample 1 of data set 'toy' is NaN/],
    [[0, 0, 0, Number.POSITIVE_INFINITY], /Pixel 3 of sample 1 .* is Infinity/],
    [[255, 0, 0, 0], /Pixel 0 of sample 1 .* is 255, but pixels must be in 0\.\.1/],
    [[0, 0, 0], /Sample 1 of data set 'toy' must have 2x2x1 = 4 pixels, but has 3/],
  ])('the image %j, by its sample', (pixels, message) => {
    const loader = createLoader({ dataset: withSecond(pixels), batchSize: 1, key, shuffle: false });
    expect(loader.batch(0, 0).labels.data[0]).toBe(0);
    expect(() => loader.batch(0, 1)).toThrow(message);
  });

  it('batches that do not exist', () => {
    const loader = createLoader({ dataset: toy, batchSize: 2, key });
    for (const index of [-1, 2, 0.5]) expect(() => loader.batch(0, index)).toThrow(/batches 0\.\.1/);
    for (const epoch of [-1, 0.5]) expect(() => loader.batch(epoch, 0)).toThrow(/epoch must be a whole/);
  });

  it('an empty data set, and a batch larger than the data set under dropLast', () => {
    expect(() => createLoader({ dataset: { ...toy, length: 0 }, batchSize: 1, key })).toThrow(/no samples/);
    expect(() => createLoader({ dataset: toy, batchSize: 4, key, dropLast: true })).toThrow(
      /no batch is left/,
    );
    expect(createLoader({ dataset: toy, batchSize: 4, key }).stepsPerEpoch).toBe(1);
  });

  it('transforms that do not fit the images, before the first batch', () => {
    const transforms = [normalize({ mean: [0, 0, 0], standardDeviation: [1, 1, 1] })];
    expect(() => createLoader({ dataset: toy, batchSize: 1, key, transforms })).toThrow(/3 channels/);
  });

  it('transforms whose shape differs from image to image', () => {
    const marked = withSecond([1, 0, 0, 0]);
    const loader = createLoader({
      dataset: marked,
      batchSize: 3,
      key,
      transforms: [({ data, shape }) => ({ data: data[0] === 1 ? data.slice(1) : data, shape })],
    });
    expect(() => loader.batch(0, 0)).toThrow(/gave 3 pixels for sample 1 .* \[2, 2, 1\]/);
  });
});
