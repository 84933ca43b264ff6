import { type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { mean, rowsOf, softmax } from '../testing/reference-losses.ts';
import { crossEntropy } from './cross-entropy.ts';
import { progressiveSelfLoss } from './progressive-self.ts';

const int32 = (labels: readonly number[]): Tensor => tensor1d([...labels], 'int32');

function reference(logits: Values, past: Values, labels: readonly number[], alpha: number): number {
  return mean(
    rowsOf(logits).map((row, sample) =>
      softmax(row).reduce((sum, probability, index) => {
        const target = (index === labels[sample] ? 1 - alpha : 0) + alpha * rowsOf(past)[sample]![index]!;
        return sum - target * Math.log(probability);
      }, 0),
    ),
  );
}

const batches = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 5 }))
  .chain(([batch, classes]) =>
    fc.record({
      logits: values([batch, classes]),
      past: values([batch, classes]).map((given) => ({
        ...given,
        data: rowsOf(given).flatMap((row) => softmax(row)),
      })),
      labels: fc.array(fc.nat({ max: classes - 1 }), { minLength: batch, maxLength: batch }),
      alpha: fc.constantFrom(0, 0.3, 1),
    }),
  );

describe('progressiveSelfLoss', () => {
  beforeAll(startCpuBackend);

  it('has the value and the gradient of its definition, and none for the past', () => {
    fc.assert(
      fc.property(batches, ({ logits, past, labels, alpha }) => {
        const inputs = { logits, past };
        const result = differentiate(
          (given) =>
            progressiveSelfLoss({
              studentLogits: given.logits,
              pastProbabilities: given.past,
              labels: int32(labels),
              alpha,
            }),
          inputs,
        );
        const wanted = (given: Readonly<Record<keyof typeof inputs, Values>>): number =>
          reference(given.logits, given.past, labels, alpha);
        expectGradients(result, wanted, inputs, ['logits']);
        expect(result.gradients.past.data.every((each) => each === 0)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('is the cross entropy with the labels as long as the past is not trusted', () => {
    const studentLogits = toTensor({ shape: [2, 3], data: [1, 2, -1, 0, 3, 1e4] });
    const labels = int32([0, 2]);
    const pastProbabilities = toTensor({ shape: [2, 3], data: [0, 1, 0, 1, 0, 0] });
    const loss = progressiveSelfLoss({ studentLogits, pastProbabilities, labels, alpha: 0 });
    expectClose(toValues(loss).data, toValues(crossEntropy({ logits: studentLogits, labels })).data);
  });

  it('refuses a past of other samples, and a share out of range', () => {
    const studentLogits = toTensor({ shape: [1, 2], data: [1, 2] });
    const refused =
      (past: Tensor, alpha: number | Tensor): (() => void) =>
      () =>
        progressiveSelfLoss({ studentLogits, pastProbabilities: past, labels: int32([0]), alpha });
    const other = toTensor({ shape: [2, 2], data: [1, 0, 0, 1] });
    expect(refused(other, 0.5)).toThrow(/same shape, got \[2, 2\] and \[1, 2\]/);
    expect(refused(studentLogits, 1.5)).toThrow('alpha must be in [0, 1], got 1.5');
    expect(refused(studentLogits, tensor1d([0.5]))).toThrow('alpha must be a number or a scalar, got [1]');
  });
});
