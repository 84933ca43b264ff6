import { describe, expect, it } from 'vitest';
import { HostTensor } from '../trees/host-tensor.ts';
import { classificationMetrics } from './classification.ts';
import type { LabelledLogits } from './labelled-logits.ts';
import { applyTemperature, fitTemperature } from './temperature-scaling.ts';

/** As many copies of each row as the label's share of 100 says: labels that follow softmax(row) as closely as counts can. */
function calibrated(rows: readonly (readonly number[])[], scale = 1): LabelledLogits {
  const logits: number[] = [];
  const labels: number[] = [];
  for (const shares of rows) {
    shares.forEach((share, label) => {
      for (let copy = 0; copy < share; copy++) {
        labels.push(label);
        logits.push(...shares.map((each) => scale * Math.log(each)));
      }
    });
  }
  const classes = rows[0]!.length;
  return {
    logits: new HostTensor(Float32Array.from(logits), [labels.length, classes]),
    labels: new HostTensor(Int32Array.from(labels), [labels.length]),
  };
}

const shares = [
  [70, 20, 10],
  [5, 90, 5],
  [30, 30, 40],
];

const one = (row: readonly number[], label: number): LabelledLogits => ({
  logits: new HostTensor(Float32Array.from(row), [1, row.length]),
  labels: new HostTensor(Int32Array.of(label), [1]),
});

describe('fitTemperature', () => {
  it.each([1, 0.01, 0.3, 2.5, 400])(
    'finds the factor %d by which calibrated logits were multiplied',
    (scale) => {
      const { temperature, nllBefore, nllAfter } = fitTemperature(calibrated(shares, scale));
      expect(temperature / scale).toBeCloseTo(1, 4);
      expect(nllAfter).toBeLessThanOrEqual(nllBefore);
      expect(nllAfter).toBeCloseTo(fitTemperature(calibrated(shares)).nllBefore, 5);
    },
  );

  it('stands at the bottom of the likelihood, and changes no prediction', () => {
    const samples = calibrated(
      [
        [60, 30, 10],
        [20, 50, 30],
      ],
      3,
    );
    // Labels that do not follow the logits.
    const moved = {
      ...samples,
      labels: new HostTensor(
        Int32Array.from(samples.labels.data, (label, index) => (index % 7 === 0 ? 2 : label)),
        samples.labels.shape,
      ),
    };
    const { temperature, nllAfter } = fitTemperature(moved);
    const at = (factor: number) =>
      classificationMetrics({ ...moved, logits: applyTemperature(moved.logits, temperature * factor) });
    expect(at(1).nll).toBeCloseTo(nllAfter, 6);
    expect(at(1).nll).toBeLessThan(at(0.97).nll);
    expect(at(1).nll).toBeLessThan(at(1.03).nll);
    expect(at(1).top1).toBe(classificationMetrics(moved).top1);
  });

  it('repairs the calibration of a network that is too certain', () => {
    const samples = calibrated(shares, 5);
    const { temperature } = fitTemperature(samples);
    const before = classificationMetrics(samples);
    const after = classificationMetrics({
      ...samples,
      logits: applyTemperature(samples.logits, temperature),
    });
    expect(before.ece).toBeGreaterThan(0.1);
    expect(after.ece).toBeLessThan(1e-3);
  });

  it.each([
    ['where all labels have the highest logit', one([3, 1], 0), /all 1 samples are right/],
    ['where labels tie with the highest logit', one([3, 3, 1], 1), /all 1 samples are right/],
    ['where logits say nothing', one([2, 2, 2], 1), /do not speak for the labels/],
    ['where logits speak against the labels', one([3, 1], 1), /do not speak for the labels/],
    ['of a single class', one([3], 0), /do not speak for the labels/],
    ['of no finite logits', one([3, Number.POSITIVE_INFINITY], 0), /row 0 holds Infinity/],
    ['of no class', one([3, 1], 2), /\[0, 2\), but sample 0 has 2/],
  ])('refuses to fit %s', (_, samples, message) => {
    expect(() => fitTemperature(samples)).toThrow(message);
  });

  it('refuses to divide by what is no temperature', () => {
    for (const temperature of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => applyTemperature(one([1, 2], 0).logits, temperature)).toThrow(/finite and above 0/);
    }
  });
});
