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

it('trains on full batches only', () => {
  const source = trainingSource(digits(), { batchSize: 500, key: prngKey(1) });
  expect(source.stepsPerEpoch).toBe(3);
});
