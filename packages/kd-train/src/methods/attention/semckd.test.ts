import { gather, type Tensor } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { prngKey, randomNormal } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { descend, randomContext, tapGradients, toTensor } from '../../testing/random-context.ts';
import type { MethodShapes } from '../method.ts';
import { sampleProducts, similaritySketch } from './sample-relations.ts';
import { semckd } from './semckd.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

const BATCH = 8;
const shapes: MethodShapes = {
  student: { classes: 2, taps: { stage1: [4, 4, 2], stage2: [2, 2, 3], pooled: [3] } },
  teachers: [{ classes: 2, taps: { stage1: [4, 4, 3], stage2: [2, 2, 4] } }],
  batchSize: BATCH,
};
const taps = { studentTaps: ['stage1', 'stage2'], teacherTaps: ['stage1', 'stage2'] };

describe('semckd', () => {
  it('has parameters for the places of a batch, unless told otherwise', () => {
    expect(semckd(taps).init(prngKey(1), shapes).params).toMatchObject({
      query0: { dense1: { kernel: { shape: [8, 4] } }, dense2: { kernel: { shape: [4, 2] } } },
      'projection0-1': {
        convolution1: { kernel: { shape: [1, 1, 2, 8] } },
        convolution2: { kernel: { shape: [3, 3, 8, 8] } },
        convolution3: { kernel: { shape: [1, 1, 8, 4] } },
      },
    });
    expect(semckd(taps).requires).toMatchObject({ fullBatches: true, smallestBatch: 4 });
    const invariant = semckd({ ...taps, batchInvariant: true });
    expect(invariant.requires).toMatchObject({ fullBatches: false, smallestBatch: 2 });
    const { batchSize: _, ...anyBatch } = shapes;
    expect(invariant.init(prngKey(1), anyBatch).params).toMatchObject({
      key1: { dense1: { kernel: { shape: [32, 16] } } },
    });
  });

  it('has as many parameters as the authors count for resnet32x4 to resnet8x4', () => {
    const network = {
      classes: 100,
      taps: { stage1: [32, 32, 64], stage2: [16, 16, 128], stage3: [8, 8, 256] },
    };
    const all = ['stage1', 'stage2', 'stage3'];
    const { params } = semckd({ studentTaps: all, teacherTaps: all }).init(prngKey(1), {
      student: network,
      teachers: [network],
      batchSize: 64,
    });
    const [embeddings, projections] = ['query', 'projection'].map((prefix) =>
      Object.entries(params)
        .filter(([name]) => name.startsWith(prefix) || (prefix === 'query' && name.startsWith('key')))
        .reduce((total, [, part]) => total + elements(part), 0),
    );
    expect([embeddings, projections]).toEqual([15648, 10217984]);
  });

  it.each([false, true])('teaches the student and its own parts (batchInvariant: %s)', (batchInvariant) => {
    const method = semckd({ ...taps, batchInvariant });
    const context = randomContext(method, shapes, BATCH);
    const { student } = tapGradients(method, context);
    for (const tap of taps.studentTaps)
      expect(
        student[tap]!.some((each) => each !== 0),
        tap,
      ).toBe(true);
    const [before, after] = descend(method, context, 0.1);
    expect(after).toBeLessThan(before);
  });

  it('refuses what it cannot use', () => {
    expect(() => semckd({ ...taps, studentTaps: [] })).toThrow(/studentTaps must name at least one tap/);
    expect(() => semckd({ ...taps, temperature: 0 })).toThrow(
      /temperature must be finite and above 0, got 0/,
    );
    expect(() => semckd(taps).init(prngKey(1), { ...shapes, batchSize: 3 })).toThrow(
      /batches of at least 4 samples, got 3/,
    );
    expect(() => semckd({ ...taps, studentTaps: ['pooled'] }).init(prngKey(1), shapes)).toThrow(
      "the tap 'pooled' of the student has shape [3]",
    );
  });
});

describe('relations between samples', () => {
  const feature = (): Tensor => toTensor(randomNormal(prngKey(3), [5, 2, 2, 3]));
  const order = [3, 0, 4, 1, 2];

  it('products move with the samples, sketches do not', () => {
    const moved = gather(feature(), order);
    const [products, movedProducts] = [sampleProducts(feature()), sampleProducts(moved)];
    expect(movedProducts.dataSync()[1]).toBeCloseTo(products.dataSync()[3 * 5]!, 5);
    const [sketch, movedSketch] = [similaritySketch(feature()), similaritySketch(moved)];
    const expected = gather(sketch, order).dataSync();
    movedSketch.dataSync().forEach((each, index) => {
      expect(each).toBeCloseTo(expected[index]!, 5);
    });
  });

  it('sketches do not depend on the size of the batch, nor on the scale of the feature', () => {
    const twice = gather(feature(), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    const [sketch, doubled] = [similaritySketch(feature()), similaritySketch(twice)];
    expect(doubled.shape).toEqual([10, 32]);
    gather(doubled, [0, 2, 4, 6, 8])
      .dataSync()
      .forEach((each, index) => {
        expect(each).toBeCloseTo(sketch.dataSync()[index]!, 5);
      });
    // A sample is as similar to itself as can be: the last place counts it fully.
    const single = similaritySketch(gather(feature(), [0]));
    expect(single.dataSync()[31]).toBeCloseTo(1, 5);
    expect(single.dataSync()[0]).toBeCloseTo(0, 5);
  });
});

function elements(tree: unknown): number {
  const { shape } = tree as { readonly shape?: readonly number[] };
  if (shape !== undefined) return shape.reduce((a, b) => a * b);
  return Object.values(tree as object).reduce((total: number, part) => total + elements(part), 0);
}
