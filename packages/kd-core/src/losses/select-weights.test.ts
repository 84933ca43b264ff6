import { mul, type Scalar, softmax, sum, type Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { rowsOf, softmax as softmaxOf } from '../testing/reference-losses.ts';
import { selectWeights, type WeightSelection } from './select-weights.ts';

function reference(row: readonly number[], selection: WeightSelection): number[] {
  const sorted = row.toSorted((a, b) => b - a);
  const least =
    selection.type === 'topk'
      ? sorted[Math.min(selection.count, row.length) - 1]!
      : selection.type === 'threshold'
        ? Math.min(sorted[0]!, selection.share / row.length)
        : 0;
  const kept = row.map((each) => (each >= least ? each : 0));
  const total = kept.reduce((a, b) => a + b);
  return kept.map((each) => each / total);
}

const selections = fc.oneof(
  fc.constant<WeightSelection>({ type: 'none' }),
  fc.double({ min: 0, max: 3, noNaN: true }).map<WeightSelection>((share) => ({ type: 'threshold', share })),
  fc.integer({ min: 1, max: 6 }).map<WeightSelection>((count) => ({ type: 'topk', count })),
);

/** Rows of which no two entries are equal, so that small moves keep their order. */
const separate = values([2, 4], 0.2).map((x) => ({
  ...x,
  data: x.data.map((each, index) => Math.fround(each + 0.5 * ((3 * index) % 4))),
}));

describe('selectWeights', () => {
  beforeAll(startCpuBackend);

  const row = { shape: [1, 4], data: [0.4, 0.1, 0.3, 0.2] };
  it.each([
    [{ type: 'none' } as const, [0.4, 0.1, 0.3, 0.2]],
    [{ type: 'threshold', share: 1 } as const, [4 / 7, 0, 3 / 7, 0]],
    [{ type: 'threshold', share: 0 } as const, [0.4, 0.1, 0.3, 0.2]],
    [{ type: 'threshold', share: 4 } as const, [1, 0, 0, 0]],
    [{ type: 'topk', count: 3 } as const, [4 / 9, 0, 3 / 9, 2 / 9]],
    [{ type: 'topk', count: 9 } as const, [0.4, 0.1, 0.3, 0.2]],
  ])('%o of (0.4, 0.1, 0.3, 0.2)', (selection, expected) => {
    expectClose(toValues(selectWeights(toTensor(row), selection)).data, expected, 1e-6);
  });

  it('has the gradient of its definition, with the selection as a constant', () => {
    fc.assert(
      fc.property(separate, values([2, 4]), selections, (logits, factors, selection) => {
        const shares = rowsOf(logits).flatMap((each) => softmaxOf(each).map((weight) => 4 * weight));
        // Where the selection changes there is no derivative.
        fc.pre(
          selection.type !== 'threshold' || shares.every((each) => Math.abs(each - selection.share) > 1e-3),
        );
        const fn = (given: { logits: Tensor }): Scalar =>
          sum<Scalar>(mul(selectWeights(softmax(given.logits), selection), toTensor(factors)));
        const definition = (given: { logits: Values }): number =>
          rowsOf(given.logits)
            .flatMap((each) => reference(softmaxOf(each), selection))
            .reduce((total, each, index) => total + each * factors.data[index]!, 0);
        expectGradients(differentiate(fn, { logits }), definition, { logits }, ['logits']);
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    [{ type: 'threshold', share: -1 } as const, /share must be finite and at least 0, got -1/],
    [{ type: 'topk', count: 0 } as const, /count must be a whole number of at least 1, got 0/],
  ])('refuses %o', (selection, message) => {
    expect(() => selectWeights(toTensor(row), selection)).toThrow(message);
  });
});
