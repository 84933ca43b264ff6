import { square, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import { rowsOf, softmax } from '../testing/reference-losses.ts';
import {
  crossEntropyTeacherWeights,
  entropyTeacherWeights,
  uniformTeacherWeights,
} from './teacher-weights.ts';

const labels = (): Tensor => tensor1d([0, 1], 'int32');
const first: Values = { shape: [2, 4], data: [4, 1, 0, -1, 0.5, 2.5, 1, -0.5] };
const second: Values = { shape: [2, 4], data: [1, 3, 0.5, 0, 0, 3.5, 0.5, -1] };
const tensors = (...all: readonly Values[]): Tensor[] => all.map(toTensor);

const teachers = fc
  .tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 2, max: 5 }))
  .chain(([count, classes]) => fc.array(values([2, classes]), { minLength: count, maxLength: count }));

describe('weights of several teachers', () => {
  beforeAll(startCpuBackend);

  it('sum to 1 for each sample', () => {
    fc.assert(
      fc.property(teachers, (all) => {
        for (const weights of [
          crossEntropyTeacherWeights({ teacherLogits: tensors(...all), labels: labels() }),
          entropyTeacherWeights({ teacherLogits: tensors(...all) }),
        ]) {
          expect(weights.shape).toEqual([all.length, 2]);
          const rows = rowsOf(toValues(weights));
          for (const sample of [0, 1]) {
            expect(rows.reduce((sum, row) => sum + row[sample]!, 0)).toBeCloseTo(1, 5);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('follow the cross entropy with the label', () => {
    const distances = [first, second].map((each) =>
      rowsOf(each).map((row, sample) => -Math.log(softmax(row)[sample]!)),
    );
    // Of two teachers 1 - softmax of one is softmax of the other.
    const expected = [0, 1].map((sample) => softmax([distances[1]![sample]!, distances[0]![sample]!]));
    const weights = crossEntropyTeacherWeights({ teacherLogits: tensors(first, second), labels: labels() });
    expectClose(toValues(weights).data, [
      ...expected.map((pair) => pair[0]!),
      ...expected.map((pair) => pair[1]!),
    ]);
  });

  it('follow the entropy', () => {
    const entropies = [first, second].map((each) =>
      rowsOf(each).map((row) => softmax(row).reduce((sum, p) => sum - p * Math.log(p), 0)),
    );
    const share = (teacher: number, sample: number): number =>
      1 - entropies[teacher]![sample]! / (entropies[0]![sample]! + entropies[1]![sample]!);
    const weights = entropyTeacherWeights({ teacherLogits: tensors(first, second) });
    expectClose(toValues(weights).data, [share(0, 0), share(0, 1), share(1, 0), share(1, 1)]);
  });

  it('are those that follow by hand', () => {
    const all = tensors(first, second);
    expectClose(
      toValues(crossEntropyTeacherWeights({ teacherLogits: all, labels: labels() })).data,
      [0.897029, 0.436552, 0.102971, 0.563448],
      1e-5,
    );
    expectClose(
      toValues(entropyTeacherWeights({ teacherLogits: all })).data,
      [0.701555, 0.294574, 0.298445, 0.705426],
      1e-5,
    );
  });

  it('take nothing from the others for a teacher that is wrong beyond doubt', () => {
    const wrong = { shape: [2, 4], data: [-1e4, 1e4, 0, 0, 1e4, -1e4, 0, 0] };
    const weights = crossEntropyTeacherWeights({
      teacherLogits: tensors(first, first, wrong),
      labels: labels(),
    });
    // softmax over cross entropies is one-hot for the wrong one.
    expectClose(toValues(weights).data, [0.5, 0.5, 0.5, 0.5, 0, 0]);
  });

  it('are alike where no teacher has any doubt, and 1 for a single one', () => {
    const certain = { shape: [2, 2], data: [1e4, -1e4, -1e4, 1e4] };
    expectClose(
      toValues(entropyTeacherWeights({ teacherLogits: tensors(certain, certain) })).data,
      [0.5, 0.5, 0.5, 0.5],
    );
    expect(toValues(entropyTeacherWeights({ teacherLogits: tensors(first) }))).toEqual({
      shape: [1, 2],
      data: [1, 1],
    });
    const single = crossEntropyTeacherWeights({ teacherLogits: tensors(first), labels: labels() });
    expect(toValues(single).data).toEqual([1, 1]);
    expectClose(toValues(uniformTeacherWeights(4)).data, [0.25, 0.25, 0.25, 0.25]);
  });

  it.each([true, false])('have a gradient only if wanted (detached: %s)', (detached) => {
    const { gradients } = differentiate(
      (given) => {
        const teacherLogits = [given.a, given.b];
        const weights = crossEntropyTeacherWeights({ teacherLogits, labels: labels(), detached });
        return sum(square(weights));
      },
      { a: first, b: second },
    );
    expect(gradients.a.data.every((each) => each === 0)).toBe(detached);
  });

  it('refuses no teachers, and teachers of other shapes', () => {
    expect(() => entropyTeacherWeights({ teacherLogits: [] })).toThrow('at least one teacher');
    const other = { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] };
    expect(() => entropyTeacherWeights({ teacherLogits: tensors(first, other) })).toThrow(
      'teacherLogits[1] and teacherLogits[0] must have the same shape, got [2, 3] and [2, 4]',
    );
    expect(() => uniformTeacherWeights(0)).toThrow('teachers must be a positive integer, got 0');
  });
});
