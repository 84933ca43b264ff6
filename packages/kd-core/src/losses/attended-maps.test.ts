import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, type Values } from '../testing/cpu-backend.ts';
import { expectGradients } from '../testing/finite-differences.ts';
import { adaptivePool, attention, mean, rowsOf } from '../testing/reference-losses.ts';
import { attendedMapsLoss } from './attended-maps.ts';

/** The channel means of squares as a map of one channel, whose normalised square roots `attention` takes with power 2. */
function energyMap(x: Values): Values {
  return {
    shape: [...x.shape.slice(0, 3), 1],
    data: rowsOf(x).map((pixel) => mean(pixel.map((each) => each ** 2))),
  };
}

function reference(students: readonly Values[], teachers: readonly Values[], weights: Values): number {
  const batch = students[0]!.shape[0]!;
  let total = 0;
  teachers.forEach((teacher, t) => {
    const [, height, width] = teacher.shape as [number, number, number, number];
    const target = attention(energyMap(teacher), 1);
    students.forEach((student, s) => {
      const maps = attention(adaptivePool(energyMap(student), [height, width]), 1);
      for (let b = 0; b < batch; b++) {
        const difference = mean(maps[b]!.map((each, position) => (each - target[b]![position]!) ** 2));
        total += (weights.data[(b * teachers.length + t) * students.length + s]! * difference) / batch;
      }
    });
  });
  return total;
}

/** Entries away from 0: next to a map of zeros the norm has no derivative. */
const away = (shape: readonly number[]): fc.Arbitrary<Values> =>
  values(shape, 2).map((x) => ({
    ...x,
    data: x.data.map((each) => Math.fround(each + (each < 0 ? -0.5 : 0.5))),
  }));

const filled = (...shape: number[]): Values => ({
  shape,
  data: Array.from({ length: shape.reduce((a, b) => a * b) }, (_, index) => 1 + Math.sin(index)),
});

const lossOf = (students: readonly Values[], teachers: readonly Values[], weights: Values): number =>
  attendedMapsLoss({
    studentFeatures: students.map(toTensor),
    teacherFeatures: teachers.map(toTensor),
    weights: toTensor(weights),
  }).dataSync()[0]!;

describe('attendedMapsLoss', () => {
  beforeAll(startCpuBackend);

  it('of hand-computed maps', () => {
    // Maps (1, 0) and (0, 1) differ by 1 and 1; equal ones by nothing.
    const left = { shape: [1, 1, 2, 1], data: [5, 0] };
    const right = { shape: [1, 1, 2, 2], data: [0, 0, 3, 4] };
    const weights = { shape: [1, 1, 2], data: [0.25, 0.75] };
    expect(lossOf([left, right], [right], weights)).toBeCloseTo(0.25, 6);
    expect(lossOf([left, right], [left], weights)).toBeCloseTo(0.75, 6);
  });

  it.each([
    { students: [[2, 4, 4, 2]], teachers: [[2, 4, 4, 3]] },
    {
      students: [
        [2, 4, 3, 2],
        [2, 2, 2, 1],
      ],
      teachers: [
        [2, 2, 3, 2],
        [2, 4, 3, 1],
        [2, 2, 3, 1],
      ],
    },
    { students: [[1, 1, 2, 1]], teachers: [[1, 3, 1, 2]] },
  ])('has the value and the gradients of its definition for $students and $teachers', (shapes) => {
    const [batch] = shapes.students[0]!;
    const features = [...shapes.students, ...shapes.teachers].map(away);
    fc.assert(
      fc.property(
        fc.tuple(...features),
        values([batch!, shapes.teachers.length, shapes.students.length], 1),
        (maps, weights) => {
          const names = maps.map((_, index) => `map${index}`);
          const inputs = { ...Object.fromEntries(maps.map((map, index) => [names[index], map])), weights };
          const split = <T>(all: readonly T[]): readonly [T[], T[]] => [
            all.slice(0, shapes.students.length),
            all.slice(shapes.students.length),
          ];
          const given = (all: Record<string, Tensor>): readonly [Tensor[], Tensor[]] =>
            split(names.map((name) => all[name]!));
          const result = differentiate((all: Record<string, Tensor>) => {
            const [studentFeatures, teacherFeatures] = given(all);
            return attendedMapsLoss({ studentFeatures, teacherFeatures, weights: all.weights! });
          }, inputs);
          expectGradients(
            result,
            (all) => {
              const [students, teachers] = split(names.map((name) => all[name]!));
              return reference(students, teachers, all.weights!);
            },
            inputs,
            [...names.slice(0, shapes.students.length), 'weights'],
          );
          for (const name of names.slice(shapes.students.length)) {
            expect(result.gradients[name]!.data.every((each) => each === 0)).toBe(true);
          }
        },
      ),
      { numRuns: 6 },
    );
  });

  it('does not change with the scale of features, and is finite for maps of zeros', () => {
    const weights = { shape: [1, 1, 1], data: [1] };
    const [student, teacher] = [filled(1, 2, 2, 2), filled(1, 2, 2, 3)];
    const scaled = { ...student, data: student.data.map((each) => -8 * each) };
    expect(lossOf([scaled], [teacher], weights)).toBeCloseTo(lossOf([student], [teacher], weights), 7);
    const { value, gradients } = differentiate(
      ({ map }) =>
        attendedMapsLoss({ studentFeatures: [map], teacherFeatures: [map], weights: toTensor(weights) }),
      { map: { shape: [1, 2, 2, 1], data: [0, 0, 0, 0] } },
    );
    expect([value, ...gradients.map.data.map(Math.abs)]).toEqual([0, 0, 0, 0, 0]);
  });

  it.each([
    ['no layers', [], [filled(1, 2, 2, 1)], filled(1, 1, 1), /at least one layer each, got 0 and 1/],
    ['vectors', [filled(1, 2)], [filled(1, 2, 2, 1)], filled(1, 1, 1), /studentFeatures\[0\] must be/],
    [
      'another batch',
      [filled(1, 2, 2, 1)],
      [filled(2, 2, 2, 1)],
      filled(1, 1, 1),
      /teacherFeatures\[0\] must have the batch of studentFeatures\[0\] \[1, 2, 2, 1\], got \[2, 2, 2, 1\]/,
    ],
    [
      'other weights',
      [filled(1, 2, 2, 1), filled(1, 2, 2, 1)],
      [filled(1, 2, 2, 1)],
      filled(1, 2, 1),
      /here \[1, 1, 2\], got \[1, 2, 1\]/,
    ],
  ])('refuses %s', (_, students, teachers, weights, message) => {
    expect(() => lossOf(students, teachers, weights)).toThrow(message);
  });
});
