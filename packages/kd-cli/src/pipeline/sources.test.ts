import fc from 'fast-check';
import { prngKey } from 'kd-core';
import { digits, subset } from 'kd-data';
import { expect, it } from 'vitest';
import { evaluationSource, trainingSource } from './sources.ts';

it('evaluates every sample once, in order, with less padding than batches', () => {
  const all = digits();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 900 }), (length) => {
      const source = evaluationSource(
        subset(
          all,
          Array.from({ length }, (_, index) => index),
        ),
      );
      const seen = Array.from({ length: source.stepsPerEpoch }, (_, index) => [
        ...source.batch(0, index).indices.data,
      ]);
      expect(seen.flat()).toEqual(Array.from({ length }, (_, index) => index));
      expect(source.stepsPerEpoch * source.batchSize - length).toBeLessThan(source.stepsPerEpoch);
      expect(source.batchSize).toBeLessThanOrEqual(256);
    }),
    { numRuns: 20 },
  );
});

it('pads with black before it normalises', () => {
  const source = trainingSource(digits(), {
    batchSize: 200,
    key: prngKey(1),
    augmentation: { padding: 8 },
    normalization: { mean: [0.5], standardDeviation: [0.25] },
  });
  // Somewhere among 200 crops from a border of eight there is nothing but padding in the first row.
  const { images } = source.batch(0, 0);
  const rows = Array.from({ length: 200 }, (_, image) => images.data.subarray(64 * image, 64 * image + 8));
  expect(rows.some((row) => row.every((value) => value === -2))).toBe(true);
});

it('trains on full batches only', () => {
  const source = trainingSource(digits(), { batchSize: 500, key: prngKey(1) });
  expect(source.stepsPerEpoch).toBe(3);
});

it('mixes the images to train on, and shows further views', () => {
  const source = trainingSource(digits(), {
    batchSize: 50,
    key: prngKey(1),
    augmentation: { mixup: true },
    views: { strong: { policy: 'randAugment' } },
  });
  const { mixed, views } = source.batch(0, 0);
  expect(source.mixes).toBe(true);
  expect(mixed!.shares.shape).toEqual([50]);
  expect(views!.strong!.shape).toEqual([50, 8, 8, 1]);
});
