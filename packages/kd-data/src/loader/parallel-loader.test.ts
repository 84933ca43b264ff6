import { type Batch, prngKey } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../array-dataset.ts';
import { digits } from '../digits/digits.ts';
import { subset } from '../subset.ts';
import { cutout } from '../transforms/cutout.ts';
import { normalize } from '../transforms/normalize.ts';
import { padCropFlip } from '../transforms/pad-crop-flip.ts';
import type { Transform } from '../transforms/transform.ts';
import { createLoader, type LoaderOptions } from './create-loader.ts';
import { parallelLoader } from './parallel-loader.ts';
import { classBalanced } from './samplers/class-balanced.ts';
import { shareDataset } from './workers/share-dataset.ts';

const dataset = subset(
  digits(),
  Array.from({ length: 70 }, (_, index) => 5 * index),
);
const options: LoaderOptions = {
  dataset,
  batchSize: 16,
  key: prngKey(12),
  transforms: [padCropFlip({ padding: 1 }), normalize({ mean: [0.3], standardDeviation: [0.4] })],
  views: { strong: [padCropFlip({ padding: 2 }), cutout({ size: 3 })] },
};

describe('parallelLoader', () => {
  it.each([0, 1, 2, 3])('gives with %i workers the batches of createLoader, bit for bit', async (workers) => {
    const expected = createLoader(options);
    await using loader = await parallelLoader({ ...options, workers });
    const { batch: _batch, dispose: _dispose, ...found } = loader;
    const { batch: _expectedBatch, ...description } = expected;
    expect(found).toMatchObject(description);
    // An epoch and a half in order, then back and forth, as a run does that is resumed in the middle.
    const inOrder = [0, 1, 2, 3, 4].map((index) => [0, index] as const);
    const places = [...inOrder, [1, 0], [1, 1], [7, 3], [7, 4], [8, 0], [2, 1], [0, 4], [0, 4]] as const;
    for (const [epoch, index] of places) {
      expect(await loader.batch(epoch, index)).toEqual(expected.batch(epoch, index));
    }
  });

  it('resumes with another number of workers where it was', async () => {
    const read = async (workers: number, from: number, to: number): Promise<Batch[]> => {
      await using loader = await parallelLoader({ ...options, workers, dropLast: true, variants: 2 });
      const batches: Batch[] = [];
      for (let step = from; step < to; step++) {
        batches.push(await loader.batch(Math.floor(step / 4), step % 4));
      }
      return batches;
    };
    const [undisturbed, first, second] = await Promise.all([read(2, 0, 10), read(3, 0, 6), read(1, 6, 10)]);
    expect([...first, ...second]).toEqual(undisturbed);
  });

  it('takes samplers and last batches that are filled up', async () => {
    const sampled: LoaderOptions = {
      dataset,
      batchSize: 16,
      key: prngKey(2),
      sampler: classBalanced({ samplesPerClass: 5 }),
      padLast: true,
    };
    await using loader = await parallelLoader(sampled);
    expect(loader).toMatchObject({ length: 50, stepsPerEpoch: 4, pads: true });
    expect(await loader.batch(3, 3)).toEqual(createLoader(sampled).batch(3, 3));
  });

  it('refuses functions of the user, by name, and bad options as createLoader does', async () => {
    const mine: Transform = (image) => image;
    await expect(parallelLoader({ ...options, transforms: [padCropFlip(), mine] })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/^transforms\[1\] \(mine\) is a function of your own.*serveBatches/),
    });
    await expect(parallelLoader({ ...options, views: { odd: [mine] } })).rejects.toThrow(/^views\.odd\[0\]/);
    // Without this, workers would show the images of the original.
    const own = { ...dataset, image: (index: number) => dataset.image(index).map((pixel) => 1 - pixel) };
    await expect(parallelLoader({ ...options, dataset: own })).rejects.toThrow(
      /^Data set 'digits \(subset\)' is a function of your own/,
    );
    const sampler = classBalanced();
    await expect(parallelLoader({ ...options, sampler: (data) => sampler(data) })).rejects.toThrow(
      /^The sampler is a function/,
    );
    await expect(parallelLoader({ ...options, batchSize: 0 })).rejects.toThrow(
      /batchSize must be a positive/,
    );
    await expect(parallelLoader({ ...options, workers: -1 })).rejects.toThrow(/workers must be/);
  });
});

describe('shareDataset', () => {
  const pixels = Uint8Array.of(9, 1, 2, 3, 4).subarray(1);
  const labels = Int32Array.of(0, 0);
  const arrays = { name: 'toy', pixels, labels, inputShape: [1, 2, 1], classNames: ['a'] } as const;

  it('moves arrays to shared memory once, and leaves there what is there', () => {
    const { spec } = arrayDataset(arrays);
    const first = shareDataset(spec!);
    const second = shareDataset(subset(arrayDataset(arrays), [1]).spec!);
    if (first.kind !== 'arrays' || second.kind !== 'subset' || second.dataset.kind !== 'arrays') throw first;
    const shared = first.options.pixels;
    expect([shared.buffer.constructor, [...shared]]).toEqual([SharedArrayBuffer, [1, 2, 3, 4]]);
    expect(second.dataset.options.pixels).toBe(shared);
    expect(second.indices.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(shareDataset(first)).toEqual(first);
    expect((shareDataset(first) as typeof first).options.pixels).toBe(shared);
  });

  it('does without shared memory, and then sends no more than the data set has', () => {
    const kept = globalThis.SharedArrayBuffer;
    try {
      Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
      const sent = shareDataset(arrayDataset(arrays).spec!);
      if (sent.kind !== 'arrays') throw sent;
      expect(sent.options.pixels).toEqual(pixels);
      expect(sent.options.pixels.buffer.byteLength).toBe(4);
      expect(sent.options.labels).toBe(labels);
    } finally {
      globalThis.SharedArrayBuffer = kept;
    }
  });
});
