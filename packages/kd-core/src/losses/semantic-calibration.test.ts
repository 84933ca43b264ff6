import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, type Values } from '../testing/cpu-backend.ts';
import { expectGradients } from '../testing/finite-differences.ts';
import { mean } from '../testing/reference-losses.ts';
import { semanticCalibrationLoss } from './semantic-calibration.ts';

type Pair<T> = { readonly student: T; readonly teacher: T };

function reference(pairs: readonly (readonly Pair<Values>[])[], attention: Values): number {
  const [batch, students, teachers] = attention.shape as [number, number, number];
  let total = 0;
  for (let b = 0; b < batch; b++)
    pairs.forEach((row, i) => {
      row.forEach(({ student, teacher }, j) => {
        const size = student.data.length / batch;
        const differences = Array.from(
          { length: size },
          (_, index) => (student.data[b * size + index]! - teacher.data[b * size + index]!) ** 2,
        );
        total += attention.data[(b * students + i) * teachers + j]! * mean(differences);
      });
    });
  return total / (batch * students);
}

const tensors = (pairs: readonly (readonly Pair<Values>[])[]): Pair<Tensor4D>[][] =>
  pairs.map((row) =>
    row.map(({ student, teacher }) => ({
      student: toTensor(student) as Tensor4D,
      teacher: toTensor(teacher) as Tensor4D,
    })),
  );

describe('semanticCalibrationLoss', () => {
  beforeAll(startCpuBackend);

  const batch = fc.integer({ min: 1, max: 3 });
  const counts = fc.tuple(batch, fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 }));
  const cases = counts.chain(([samples, students, teachers]) => {
    const pair = (j: number) =>
      fc.record({ student: values([samples, 1, 2, j + 1]), teacher: values([samples, 1, 2, j + 1]) });
    const row = fc.tuple(...Array.from({ length: teachers }, (_, j) => pair(j)));
    return fc.record({
      pairs: fc.tuple(...Array.from({ length: students }, () => row)),
      attention: values([samples, students, teachers], 1),
    });
  });

  it('has the value and the gradients of its definition', () => {
    fc.assert(
      fc.property(cases, ({ pairs, attention }) => {
        const [first] = pairs[0]!;
        const inputs = { attention, student: first!.student, teacher: first!.teacher };
        const withFirst = <T>(all: readonly (readonly Pair<T>[])[], pair: Pair<T>): Pair<T>[][] =>
          all.map((row, i) => row.map((each, j) => (i === 0 && j === 0 ? pair : each)));
        const result = differentiate(
          (given: Record<string, Tensor>) =>
            semanticCalibrationLoss({
              pairs: withFirst(tensors(pairs), {
                student: given.student as Tensor4D,
                teacher: given.teacher as Tensor4D,
              }),
              attention: given.attention!,
            }),
          inputs,
        );
        expectGradients(
          result,
          (given) =>
            reference(
              withFirst(pairs, { student: given.student!, teacher: given.teacher! }),
              given.attention!,
            ),
          inputs,
          ['attention', 'student'],
        );
        expect(result.gradients.teacher!.data.every((each) => each === 0)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  const map = (...shape: number[]): Values => ({
    shape,
    data: new Array<number>(shape.reduce((a, b) => a * b)).fill(1),
  });
  it.each([
    [
      'other shapes',
      [[{ student: map(1, 2, 2, 1), teacher: map(1, 2, 2, 2) }]],
      map(1, 1, 1),
      /pairs\[0\]\[0\]/,
    ],
    [
      'missing pairs',
      [[{ student: map(1, 2, 2, 1), teacher: map(1, 2, 2, 1) }]],
      map(1, 1, 2),
      /attention \[1, 1, 2\] must have an entry for each pair, of which student layers have 1/,
    ],
    ['a matrix for attention', [], map(1, 2), /attention must be \[batch, student layers/],
  ])('refuses %s', (_, pairs, attention, message) => {
    expect(() => semanticCalibrationLoss({ pairs: tensors(pairs), attention: toTensor(attention) })).toThrow(
      message,
    );
  });
});
