import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HostTensor } from '../trees/host-tensor.ts';
import { type ClassificationMetrics, classificationMetrics } from './classification.ts';

function metricsOf(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  bins?: number,
): ClassificationMetrics {
  return classificationMetrics({
    logits: new HostTensor(Float32Array.from(rows.flat()), [rows.length, rows[0]?.length ?? 0]),
    labels: new HostTensor(Int32Array.from(labels), [labels.length]),
    ...(bins === undefined ? {} : { bins }),
  });
}

const logit = fc.float({ min: -30, max: 30, noNaN: true });
const cases = fc.integer({ min: 2, max: 8 }).chain((classes) =>
  fc.array(
    fc.tuple(fc.array(logit, { minLength: classes, maxLength: classes }), fc.nat({ max: classes - 1 })),
    {
      minLength: 1,
      maxLength: 20,
    },
  ),
);

describe('classificationMetrics', () => {
  it('of hand-computed predictions', () => {
    // Probabilities 3/4 and 1/4, once right and once wrong; then 1/2 and 1/2, where the first class wins.
    const three = Math.fround(Math.log(3));
    const metrics = metricsOf(
      [
        [three, 0],
        [three, 0],
        [1, 1],
      ],
      [0, 1, 1],
      2,
    );
    expect(metrics.count).toBe(3);
    expect(metrics.top1).toBeCloseTo(1 / 3, 12);
    expect(metrics.top5).toBe(1);
    expect(metrics.nll).toBeCloseTo((Math.log(4 / 3) + Math.log(4) + Math.log(2)) / 3, 6);
    expect(metrics.brier).toBeCloseTo((2 / 16 + 18 / 16 + 1 / 2) / 3, 6);
    expect(metrics.meanConfidence).toBeCloseTo(2 / 3, 6);
    // 1/2 is the upper border of the first bin: gap 1/2 of one sample; 3/4 - 1/2 of two samples in the second.
    expect(metrics.bins.map(({ count }) => count)).toEqual([1, 2]);
    expect(metrics.ece).toBeCloseTo((1 / 2 + 2 / 4) / 3, 6);
    expect(metrics.mce).toBeCloseTo(1 / 2, 6);
  });

  it('counts the five highest logits', () => {
    const row = [6, 5, 4, 3, 2, 1];
    const metrics = metricsOf(
      row.map(() => row),
      [0, 1, 2, 3, 4, 5],
    );
    expect(metrics.top1).toBeCloseTo(1 / 6, 12);
    expect(metrics.top5).toBeCloseTo(5 / 6, 12);
  });

  it('puts a confidence on a border into the lower bin, for every border', () => {
    // n equal logits have the confidence 1/n, the upper border of the first of n bins.
    for (let classes = 2; classes <= 60; classes++) {
      const { bins } = metricsOf([new Array<number>(classes).fill(0)], [0], classes);
      expect(bins.map(({ count }) => count)).toEqual(bins.map((_, bin) => (bin === 0 ? 1 : 0)));
    }
  });

  it('is finite and extreme for certain predictions', () => {
    const right = metricsOf([[1e4, -1e4, 0]], [0]);
    expect(right).toMatchObject({ top1: 1, nll: 0, brier: 0, ece: 0, mce: 0, meanConfidence: 1 });
    expect(metricsOf([[1e4, -1e4, 0]], [1])).toMatchObject({ top1: 0, nll: 2e4, brier: 2, ece: 1, mce: 1 });
  });

  it('stays in its ranges and does not depend on order or on a shift of logits', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: -64, max: 64 }), (samples, shift) => {
        const metrics = metricsOf(
          samples.map(([row]) => row),
          samples.map(([, label]) => label),
        );
        const { top1, top5, nll, brier, ece, mce, meanConfidence, bins } = metrics;
        const { adaptiveEce, aurc, eAurc } = metrics;
        expect(top1).toBeLessThanOrEqual(top5);
        expect(nll).toBeGreaterThanOrEqual(0);
        expect(brier).toBeGreaterThanOrEqual(0);
        expect(brier).toBeLessThanOrEqual(2);
        expect(ece).toBeLessThanOrEqual(mce + 1e-12);
        // The triangle inequality over bins.
        expect(ece).toBeGreaterThanOrEqual(Math.abs(meanConfidence - top1) - 1e-12);
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(samples.length);
        expect(adaptiveEce).toBeGreaterThanOrEqual(Math.abs(meanConfidence - top1) - 1e-12);
        expect(adaptiveEce).toBeLessThanOrEqual(1);
        expect(eAurc).toBeLessThanOrEqual(aurc);
        expect(aurc).toBeLessThanOrEqual(1);

        const other = samples
          .map(([row, label]) => [row.map((each) => each + shift), label] as const)
          .reverse();
        const moved = metricsOf(
          other.map(([row]) => row),
          other.map(([, label]) => label),
        );
        expect(moved.nll).toBeCloseTo(nll, 3);
        expect(moved.brier).toBeCloseTo(brier, 3);

        const backwards = metricsOf(
          samples.map(([row]) => row).reverse(),
          samples.map(([, label]) => label).reverse(),
        );
        for (const [name, value] of Object.entries(metrics)) {
          if (typeof value === 'number') expect(backwards[name as 'nll'], name).toBeCloseTo(value, 10);
        }
      }),
    );
  });

  it.each([
    ['no samples', () => metricsOf([], []), /at least one|count, classes/],
    ['too few labels', () => metricsOf([[0, 1]], []), /labels must be \[1\].*\[1, 2\].*\[0\]/],
    ['a label that is no class', () => metricsOf([[0, 1]], [2]), /\[0, 2\), but sample 0 has 2/],
    ['a logit that is not finite', () => metricsOf([[0, Number.NaN]], [0]), /row 0 holds NaN/],
    ['half a bin', () => metricsOf([[0, 1]], [0], 0.5), /bins/],
  ])('refuses %s', (_, compute, message) => {
    expect(compute).toThrow(message);
  });
});
