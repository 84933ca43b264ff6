import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HostTensor } from '../trees/host-tensor.ts';
import { classificationMetrics } from './classification.ts';
import { classMetrics, confusionMatrix } from './confusion-matrix.ts';
import { topAccuracy } from './top-accuracy.ts';

const samplesOf = (rows: readonly (readonly number[])[], labels: readonly number[]) => ({
  logits: new HostTensor(Float32Array.from(rows.flat()), [rows.length, rows[0]!.length]),
  labels: new HostTensor(Int32Array.from(labels), [labels.length]),
});

const random = fc.integer({ min: 1, max: 6 }).chain((classes) =>
  fc.array(
    // Few values, so that there are ties.
    fc.tuple(
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: classes, maxLength: classes }),
      fc.nat({ max: classes - 1 }),
    ),
    { minLength: 1, maxLength: 20 },
  ),
);

describe('confusionMatrix', () => {
  it('has labels as rows and predictions as columns; the first of equal logits is predicted', () => {
    const samples = samplesOf(
      [
        [1, 0, 0],
        [0, 2, 2],
        [0, 0, 3],
        [5, 0, 3],
      ],
      [0, 2, 2, 2],
    );
    const confusion = confusionMatrix(samples);
    expect(confusion.shape).toEqual([3, 3]);
    expect([...confusion.data]).toEqual([1, 0, 0, 0, 0, 0, 1, 1, 1]);
    expect(classMetrics(confusion)).toEqual([
      { count: 1, predicted: 2, correct: 1, accuracy: 1, precision: 1 / 2 },
      { count: 0, predicted: 1, correct: 0, accuracy: Number.NaN, precision: 0 },
      { count: 3, predicted: 1, correct: 1, accuracy: 1 / 3, precision: 1 },
    ]);
  });

  it('adds up to the samples, and accuracies of classes to that of all', () => {
    fc.assert(
      fc.property(random, (drawn) => {
        const samples = samplesOf(
          drawn.map(([row]) => row),
          drawn.map(([, label]) => label),
        );
        const classes = classMetrics(confusionMatrix(samples));
        const total = (value: (each: (typeof classes)[number]) => number): number =>
          classes.reduce((sum, each) => sum + value(each), 0);
        expect(total(({ count }) => count)).toBe(drawn.length);
        expect(total(({ predicted }) => predicted)).toBe(drawn.length);
        const weighted = total(({ count, accuracy }) => (count === 0 ? 0 : count * accuracy)) / drawn.length;
        const { top1, top5 } = classificationMetrics(samples);
        expect(weighted).toBeCloseTo(top1, 12);
        expect(topAccuracy({ ...samples, k: 1 })).toBe(top1);
        expect(topAccuracy({ ...samples, k: 5 })).toBe(top5);
        expect(topAccuracy({ ...samples, k: classes.length })).toBe(1);
      }),
      { numRuns: 40 },
    );
  });

  it('and what is made of it refuse what they cannot count', () => {
    expect(() => confusionMatrix(samplesOf([[1, Number.NaN]], [0]))).toThrow(/row 0 holds NaN/);
    expect(() => confusionMatrix(samplesOf([[1, 2]], [2]))).toThrow(/\[0, 2\), but sample 0 has 2/);
    expect(() => classMetrics(new HostTensor(new Int32Array(6), [2, 3]))).toThrow(
      /\[classes, classes\].*\[2, 3\]/,
    );
    expect(() => topAccuracy({ ...samplesOf([[1, 2]], [0]), k: 0 })).toThrow(
      /k must be a positive integer, got 0/,
    );
  });
});
