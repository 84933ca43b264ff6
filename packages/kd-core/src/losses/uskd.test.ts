import { addN, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { mean, rowsOf, softmax } from '../testing/reference-losses.ts';
import { classRanks } from './class-ranks.ts';
import { uskdLosses } from './uskd.ts';

const int32 = (labels: readonly number[]): Tensor => tensor1d([...labels], 'int32');
type Variant = 'paper' | 'reference';
const sumOf = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0);

interface Case {
  readonly logits: Values;
  readonly weak: Values;
  readonly labels: readonly number[];
  readonly variant: Variant;
}

/** What each class is ranked by. */
function scoresOf({ logits, weak, labels, variant }: Case): number[][] {
  return rowsOf(logits).map((row, sample) => {
    const label = labels[sample]!;
    const [p, w] = [softmax(row), softmax(rowsOf(weak)[sample]!)];
    return row.map((_, index) =>
      variant === 'paper'
        ? p[index]! / (1 - p[label]!) + w[index]! / (1 - w[label]!)
        : w[index]! / (1 - w[label]! + 1e-6) + Math.log(p[index]!) / (1 - Math.log(p[label]!) + 1e-6),
    );
  });
}

/** Zipf's law of each row over all classes, 0 for the label's. */
function zipf(given: Case): number[][] {
  return scoresOf(given).map((scores, sample) => {
    const label = given.labels[sample]!;
    const ranked = scores
      .map((score, index) => ({ score, index }))
      .filter(({ index }) => given.variant === 'reference' || index !== label)
      .sort((a, b) => b.score - a.score);
    const shares = new Array<number>(scores.length).fill(0);
    ranked.forEach(({ index }, rank) => {
      if (index !== label) shares[index] = 1 / (rank + 1);
    });
    return shares.map((share) => share / sumOf(shares));
  });
}

/** The three terms added; `law` and `certainties` are constants of the gradient. */
function reference(
  { logits, weak }: { readonly logits: Values; readonly weak: Values },
  labels: readonly number[],
  law: readonly (readonly number[])[],
  certainties: readonly number[],
): number {
  const own = rowsOf(logits).map((row, sample) => {
    const label = labels[sample]!;
    const weight = certainties[sample]! + 1 - mean(certainties);
    const others = softmax(row.filter((_, index) => index !== label)).map(Math.log);
    const shares = law[sample]!.filter((_, index) => index !== label);
    return (
      -weight * Math.log(softmax(row)[label]!) - sumOf(shares.map((share, index) => share * others[index]!))
    );
  });
  const learned = rowsOf(weak).map((row, sample) =>
    sumOf(
      softmax(row).map(
        (each, index) => -((index === labels[sample] ? 0.9 : 0) + 0.1 / row.length) * Math.log(each),
      ),
    ),
  );
  return mean(own) + mean(learned);
}

const batches = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 6 }))
  .chain(([batch, classes]) =>
    fc.record({
      logits: values([batch, classes]),
      weak: values([batch, classes]),
      labels: fc.array(fc.nat({ max: classes - 1 }), { minLength: batch, maxLength: batch }),
      variant: fc.constantFrom<Variant>('paper', 'reference'),
    }),
  );

/** Whether the ranks do not hang on rounding. */
function wellSeparated(given: Case): boolean {
  return scoresOf(given).every((scores) => {
    const sorted = [...scores].sort((a, b) => a - b);
    return sorted.every((score, index) => index === 0 || score - sorted[index - 1]! > 1e-3);
  });
}

describe('uskdLosses', () => {
  beforeAll(startCpuBackend);

  it('has the values and the gradients of its definition', () => {
    fc.assert(
      fc.property(batches.filter(wellSeparated), (given) => {
        const { logits, weak, labels, variant } = given;
        const inputs = { logits, weak };
        const law = zipf(given);
        const certainties = rowsOf(logits).map((row, sample) => softmax(row)[labels[sample]!]! ** 2);
        const result = differentiate((given) => {
          const {
            target,
            nonTarget,
            weak: learned,
          } = uskdLosses({
            studentLogits: given.logits,
            weakLogits: given.weak,
            labels: int32(labels),
            variant,
          });
          return addN([target, nonTarget, learned]);
        }, inputs);
        expectGradients(result, (at) => reference(at, labels, law, certainties), inputs, ['logits', 'weak']);
      }),
      { numRuns: 30 },
    );
  });

  it('ranks a thousand classes, equal ones in their order', () => {
    const scores = Array.from({ length: 1000 }, (_, index) => (index * 7) % 500);
    const ranks = toValues(classRanks(toTensor({ shape: [1, 1000], data: scores }))).data;
    const order = scores.map((_, index) => index).sort((a, b) => scores[b]! - scores[a]! || a - b);
    expect(ranks).toEqual(scores.map((_, index) => order.indexOf(index)));
  });

  it('gives the label no rank, however sure the student is of it', () => {
    // Of the others the second is likelier in both: shares 2/3 and 1/3.
    const logits = { shape: [1, 3], data: [30, 1, 0] };
    const { nonTarget } = uskdLosses({
      studentLogits: toTensor(logits),
      weakLogits: toTensor(logits),
      labels: int32([0]),
    });
    const [likelier, other] = softmax([1, 0]) as [number, number];
    expectClose(toValues(nonTarget).data, [-(2 / 3) * Math.log(likelier) - Math.log(other) / 3]);
  });

  it.each<Variant>(['paper', 'reference'])('is finite at logits of 1e4, for one sample (%s)', (variant) => {
    const extreme = { shape: [1, 4], data: [1e4, -1e4, 0, 1e4] };
    for (const label of [0, 1]) {
      const { value, gradients } = differentiate(
        (given) => {
          const losses = uskdLosses({
            studentLogits: given.logits,
            weakLogits: given.weak,
            labels: int32([label]),
            variant,
          });
          return addN(Object.values(losses));
        },
        { logits: extreme, weak: extreme },
      );
      expect(Number.isFinite(value)).toBe(true);
      for (const { data } of Object.values(gradients)) expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  it('refuses weak logits of other classes, and a single class', () => {
    const two = toTensor({ shape: [1, 2], data: [0, 1] });
    const one = toTensor({ shape: [1, 1], data: [0] });
    expect(() => uskdLosses({ studentLogits: two, weakLogits: one, labels: int32([0]) })).toThrow(
      /weakLogits and studentLogits must have the same shape, got \[1, 1\] and \[1, 2\]/,
    );
    expect(() => uskdLosses({ studentLogits: one, weakLogits: one, labels: int32([0]) })).toThrow(
      /at least two classes, got 1/,
    );
  });
});
