import { scalar, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { mean, rowsOf, softmax } from '../testing/reference-losses.ts';
import { crossEntropy, type SmoothingOver } from './cross-entropy.ts';

const int32 = (...labels: number[]): Tensor => tensor1d(labels, 'int32');

/** The definition, term by term. */
function reference(
  logits: Values,
  labels: readonly number[],
  smoothing: number,
  over: SmoothingOver = 'all',
): number {
  return mean(
    rowsOf(logits).map((row, sample) =>
      softmax(row).reduce((sum, probability, index) => {
        const own = index === labels[sample];
        const share = over === 'all' ? smoothing / row.length : own ? 0 : smoothing / (row.length - 1);
        return sum - ((own ? 1 - smoothing : 0) + share) * Math.log(probability);
      }, 0),
    ),
  );
}

const batches = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 5 }))
  .chain(([batch, classes]) =>
    fc.record({
      logits: values([batch, classes]),
      labels: fc.array(fc.nat({ max: classes - 1 }), { minLength: batch, maxLength: batch }),
      labelSmoothing: fc.constantFrom(0, 0.1, 0.9),
      smoothingOver: fc.constantFrom('all' as const, 'others' as const),
    }),
  );

describe('crossEntropy', () => {
  beforeAll(startCpuBackend);

  it('is the logarithm of the number of classes for equal logits, smoothed or not', () => {
    const logits = toTensor({ shape: [2, 4], data: new Array<number>(8).fill(7) });
    for (const labelSmoothing of [0, 0.3]) {
      const loss = crossEntropy({ logits, labels: int32(0, 3), labelSmoothing, reduction: 'none' });
      expectClose(toValues(loss).data, [Math.log(4), Math.log(4)], 1e-6);
    }
  });

  it('has the values of both ways to smooth that follow by hand', () => {
    const options = {
      logits: toTensor({ shape: [2, 4], data: [2, 1.5, -0.5, 0, 1, 0.5, 1.5, -1] }),
      labels: int32(0, 1),
      labelSmoothing: 0.1,
    };
    expect(crossEntropy(options).dataSync()[0]).toBeCloseTo(1.223504, 5);
    expect(crossEntropy({ ...options, smoothingOver: 'others' }).dataSync()[0]).toBeCloseTo(1.244337, 5);
  });

  it('sums and averages its samples', () => {
    const logits = toTensor({ shape: [2, 2], data: [Math.log(3), 0, 0, 0] });
    const losses = [Math.log(4 / 3), Math.log(2)];
    const options = { logits, labels: int32(0, 1) };
    expectClose(toValues(crossEntropy({ ...options, reduction: 'none' })).data, losses, 1e-6);
    expectClose(
      toValues(crossEntropy({ ...options, reduction: 'sum' })).data,
      [losses[0]! + losses[1]!],
      1e-6,
    );
    expectClose(toValues(crossEntropy(options)).data, [mean(losses)], 1e-6);
  });

  it('has the value and the gradient of its definition', () => {
    fc.assert(
      fc.property(batches, fc.boolean(), ({ logits, labels, labelSmoothing, smoothingOver }, asTensor) => {
        const result = differentiate(
          (inputs) =>
            crossEntropy({
              logits: inputs.logits,
              labels: int32(...labels),
              labelSmoothing: asTensor ? scalar(labelSmoothing) : labelSmoothing,
              smoothingOver,
            }),
          { logits },
        );
        const wanted = (inputs: { readonly logits: Values }): number =>
          reference(inputs.logits, labels, labelSmoothing, smoothingOver);
        expectGradients(result, wanted, { logits }, ['logits']);
      }),
      { numRuns: 60 },
    );
  });

  it('of mixtures, is each share of the cross entropy of each label, with its gradient', () => {
    const mixtures = batches.chain((each) =>
      fc.record({
        each: fc.constant(each),
        second: fc.array(fc.nat({ max: each.logits.shape[1]! - 1 }), {
          minLength: each.labels.length,
          maxLength: each.labels.length,
        }),
        shares: fc.array(fc.constantFrom(0, 0.25, 0.5, 0.875, 1), {
          minLength: each.labels.length,
          maxLength: each.labels.length,
        }),
      }),
    );
    fc.assert(
      fc.property(mixtures, ({ each, second, shares }) => {
        const { logits, labels, labelSmoothing, smoothingOver } = each;
        const result = differentiate(
          (inputs) =>
            crossEntropy({
              logits: inputs.logits,
              labels: int32(...labels),
              labelSmoothing,
              smoothingOver,
              mixed: { labels: int32(...second), shares: tensor1d(shares) },
            }),
          { logits },
        );
        const wanted = (inputs: { readonly logits: Values }): number =>
          mean(
            rowsOf(inputs.logits).map((row, sample) => {
              const of = (label: number): number =>
                reference({ shape: [1, row.length], data: row }, [label], labelSmoothing, smoothingOver);
              return shares[sample]! * of(labels[sample]!) + (1 - shares[sample]!) * of(second[sample]!);
            }),
          );
        expectGradients(result, wanted, { logits }, ['logits']);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses shares that are not one for each label', () => {
    const logits = toTensor({ shape: [2, 2], data: [0, 0, 0, 0] });
    const mixed = { labels: int32(0, 1), shares: tensor1d([1]) };
    expect(() => crossEntropy({ logits, labels: int32(0, 1), mixed })).toThrow(/mixed\.shares must be \[2\]/);
  });

  it('does not change when all logits shift', () => {
    fc.assert(
      fc.property(
        batches,
        fc.integer({ min: -100, max: 100 }),
        ({ logits, labels, labelSmoothing }, shift) => {
          const lossOf = (data: readonly number[]): number =>
            crossEntropy({
              logits: toTensor({ ...logits, data }),
              labels: int32(...labels),
              labelSmoothing,
            }).dataSync()[0]!;
          // Logits of 100 have a rounding error of 4e-6 each.
          expect(lossOf(logits.data.map((each) => each + shift))).toBeCloseTo(lossOf(logits.data), 4);
        },
      ),
    );
  });

  it('is exact and has finite gradients at logits of 1e4', () => {
    const logits = { shape: [2, 3], data: [1e4, -1e4, 0, 1e4, -1e4, 0] };
    const { value, gradients } = differentiate(
      (inputs) => crossEntropy({ logits: inputs.logits, labels: int32(0, 1), reduction: 'sum' }),
      { logits },
    );
    expect(value).toBe(2e4);
    expect(gradients.logits.data).toEqual([0, 0, 0, 1, -1, 0]);
  });

  const logits = { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] };
  it.each([
    ['labels of another batch', () => int32(0), {}, /labels must be \[2\].*\[2, 3\].*\[1\]/],
    ['labels that are not int32', () => tensor1d([0, 1]), {}, /int32, got float32/],
    [
      'a smoothing of 1',
      () => int32(0, 1),
      { labelSmoothing: 1 },
      /labelSmoothing must be in \[0, 1\), got 1/,
    ],
  ])('refuses %s', (_, labels, options, message) => {
    expect(() => crossEntropy({ logits: toTensor(logits), labels: labels(), ...options })).toThrow(message);
  });

  it('refuses a smoothing for each sample', () => {
    const labelSmoothing = tensor1d([0, 0.1]);
    expect(() => crossEntropy({ logits: toTensor(logits), labels: int32(0, 1), labelSmoothing })).toThrow(
      /labelSmoothing must be a number or a scalar, got \[2\]/,
    );
  });

  it('refuses logits of another rank, and a single class', () => {
    expect(() => crossEntropy({ logits: toTensor({ shape: [1, 1], data: [1] }), labels: int32(0) })).toThrow(
      /two classes, got \[1, 1\]/,
    );
    expect(() =>
      crossEntropy({ logits: toTensor({ shape: [3], data: [1, 2, 3] }), labels: int32(0) }),
    ).toThrow(/logits must be \[batch, classes\].*got \[3\]/);
  });
});
