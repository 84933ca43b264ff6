import { type BatchSource, type FrozenModel, HostTensor, KdError, type Model } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { checkMethod, crossEntropy, hinton, type Method, type MethodRequirements, sum } from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';
import { twoStages } from '../testing/two-stages.ts';
import { checkBatch } from './check-batch.ts';

const student = tinyNetwork({ channels: 2 });
const tiny = tinyNetwork({ channels: 3 });
const readable: Model = {
  ...tiny,
  classifier: { kernel: 'dense/weights', bias: 'dense/bias', tap: 'pooled' },
  summary: () => ({ ...tiny.summary(), tapNorms: { feature: 'norm' } }),
};
const outside: FrozenModel = {
  name: 'file.onnx',
  inputShape: [4, 4, 1],
  classes: 3,
  taps: { feature: [4, 4, 3] },
  run: () => Promise.reject(new Error('ran')),
  dispose: async () => {},
};

const requiring = (requires: Partial<MethodRequirements>): Method => ({
  ...crossEntropy(),
  name: 'picky',
  requires: { student: [], teachers: [], ...requires },
});
const withViews = (views: Record<string, readonly number[]>): BatchSource => ({ ...blobSource(), views });
const ofTeacher = (more: object): Partial<MethodRequirements> => ({
  teachers: [{ taps: [], sameClasses: false, ...more }],
});

function failureOf(
  method: Method,
  teacher: Model | FrozenModel = readable,
  source: BatchSource = blobSource(),
): KdError {
  try {
    checkMethod(method, { student, teachers: [teacher], source });
  } catch (error) {
    if (KdError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('checkMethod', () => {
  it('takes what fits, with its warm-up', () => {
    const fitting = [
      requiring({ ...ofTeacher({ classifier: true, tapNorms: ['feature'] }), smallestBatch: 4 }),
      sum([crossEntropy(), hinton(), twoStages()]),
    ];
    for (const method of fitting) {
      expect(() =>
        checkMethod(method, { student, teachers: [readable], source: blobSource() }),
      ).not.toThrow();
    }
    const source = { ...blobSource({ length: 16 }), views: { strong: [4, 4, 1] } };
    expect(() =>
      checkMethod(requiring({ fullBatches: true, views: ['strong'] }), {
        student,
        teachers: [readable],
        source,
      }),
    ).not.toThrow();
  });

  it.each<[string, Method, Model | FrozenModel, RegExp]>([
    [
      'the classifier of a teacher that runs by itself',
      requiring(ofTeacher({ classifier: true })),
      outside,
      /'picky' uses the classifier of teacher 0 \('file.onnx'\), which has none that can be read: .* run inside of the step/,
    ],
    [
      'batch norms of a teacher that runs by itself',
      requiring(ofTeacher({ taps: ['feature'], tapNorms: ['feature'] })),
      outside,
      /needs the batch norm before the tap 'feature' of teacher 0 \('file.onnx'\), which has one before: none/,
    ],
    [
      'batch norms where there are none',
      requiring(ofTeacher({ tapNorms: ['pooled'] })),
      readable,
      /the tap 'pooled' of teacher 0 \('tiny3'\), which has one before: feature/,
    ],
    [
      'the classifier of a student that has none',
      requiring({ studentClassifier: true }),
      readable,
      /uses the classifier of the student, which has none that can be read/,
    ],
    [
      'logits of other classes',
      hinton(),
      tinyNetwork({ channels: 3, classes: 4 }),
      /teacher 0 \('tiny3'\) has 4 classes and the student 3/,
    ],
  ])('refuses %s', (_name, method, teacher, message) => {
    expect(failureOf(method, teacher).message).toMatch(message);
  });

  it.each<[string, Partial<MethodRequirements>, BatchSource, RegExp]>([
    [
      'a batch of one where samples are compared',
      { smallestBatch: 2 },
      blobSource({ batchSize: 1 }),
      /'picky' compares samples and needs batches of at least 2, got 20 samples in batches of 1/,
    ],
    [
      'a last batch of one',
      { smallestBatch: 2 },
      blobSource({ length: 17 }),
      /needs batches of at least 2, but of 17 samples in batches of 8 the last has 1\. Leave it out with dropLast/,
    ],
    [
      'a short last batch where all must be of one size',
      { fullBatches: true },
      blobSource(),
      /all batches must be of one size, but of 20 samples in batches of 8 the last has 4/,
    ],
    [
      'samples that are not known',
      { samples: true },
      blobSource(),
      /remembers something of each sample, but the source does not say which samples there are/,
    ],
    [
      'a view that is not given',
      { views: ['strong'] },
      withViews({ weak: [4, 4, 1] }),
      /needs the view 'strong' of each sample, but the source gives weak/,
    ],
    [
      'a view of another size',
      { views: ['strong'] },
      withViews({ strong: [2, 4, 1] }),
      /The view 'strong' has images \[2, 4, 1\], but the student 'tiny2' takes \[4, 4, 1\]/,
    ],
  ])('refuses %s', (_name, requires, source, message) => {
    expect(failureOf(requiring(requires), readable, source).message).toMatch(message);
  });

  it('refuses views with a teacher that runs by itself', () => {
    const failure = failureOf(requiring({ views: ['strong'] }), outside, withViews({ strong: [4, 4, 1] }));
    expect(failure).toMatchObject({ code: 'UNSUPPORTED' });
    expect(failure.message).toMatch(/Teacher 0 \('file.onnx'\) runs by itself/);
  });

  it('refuses parts that do not fit between the networks, also those of a warm-up', () => {
    const wide = tinyNetwork({ channels: 3, side: 9 });
    expect(failureOf(twoStages(), wide).message).toMatch(/\[4, 4, 2\].*\[9, 9, 3\]/);
  });
});

describe('checkBatch', () => {
  const at = { epoch: 2, index: 1 };

  it.each<[string, Record<string, HostTensor>, RegExp]>([
    ['is missing', {}, /Batch 1 of epoch 2 has the view 'strong' as nothing/],
    [
      'has fewer images',
      { strong: new HostTensor(new Float32Array(7 * 16), [7, 4, 4, 1]) },
      /as float32 \[7, 4, 4, 1\], but 'tiny2' takes it as float32 \[8, 4, 4, 1\]/,
    ],
    ['has other numbers', { strong: new HostTensor(new Int32Array(8 * 16), [8, 4, 4, 1]) }, /as int32 \[8/],
  ])('refuses a view that %s', async (_name, views, message) => {
    const batch = { ...(await blobSource().batch(0, 0)), views };
    expect(() => checkBatch(batch, student, at, ['strong'])).toThrow(message);
    checkBatch(batch, student, at);
  });
});
