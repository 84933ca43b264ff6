import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, type Values } from '../testing/cpu-backend.ts';
import { expectGradients } from '../testing/finite-differences.ts';
import { adaptivePool, mean } from '../testing/reference-losses.ts';
import { hierarchicalContextLoss } from './hierarchical-context.ts';

function reference(students: readonly Values[], teachers: readonly Values[]): number {
  return students.reduce((total, student, level) => {
    const teacher = teachers[level]!;
    const error = (a: Values, b: Values): number =>
      mean(a.data.map((each, index) => (each - b.data[index]!) ** 2));
    let loss = error(student, teacher);
    let weights = 1;
    [4, 2, 1].forEach((side, index) => {
      // A map of one row has no lower form, whatever the weight of the ones before.
      if (side >= student.shape[1]!) return;
      const higher = [4, 2, 1].slice(0, index).filter((each) => each < student.shape[1]!).length;
      const weight = 1 / 2 ** (higher + 1);
      loss += weight * error(adaptivePool(student, [side, side]), adaptivePool(teacher, [side, side]));
      weights += weight;
    });
    return total + loss / weights;
  }, 0);
}

/** sin(a n + b) over the flat index n of a map [batch, channels, height, width], as [batch, height, width, channels]. */
function wave([batch, channels, height, width]: readonly number[], a: number, b: number): Values {
  const shape = [batch!, height!, width!, channels!];
  const data: number[] = [];
  for (let sample = 0; sample < batch!; sample++)
    for (let row = 0; row < height!; row++)
      for (let column = 0; column < width!; column++)
        for (let channel = 0; channel < channels!; channel++)
          data.push(Math.sin(a * (((sample * channels! + channel) * height! + row) * width! + column) + b));
  return { shape, data };
}

const lossOf = (students: readonly Values[], teachers: readonly Values[]): number =>
  hierarchicalContextLoss({
    studentFeatures: students.map(toTensor),
    teacherFeatures: teachers.map(toTensor),
  }).dataSync()[0]!;

describe('hierarchicalContextLoss', () => {
  beforeAll(startCpuBackend);

  it.each([
    [wave([4, 6, 4, 4], 0.1, 0.3), wave([4, 6, 4, 4], 0.13, 0.7), 1.0305417],
    [wave([4, 6, 8, 8], 0.05, 0.9), wave([4, 6, 8, 8], 0.07, 0.2), 0.90052376],
  ])('is what a float64 evaluation of the equation gave', (student, teacher, expected) => {
    expect(lossOf([student], [teacher])).toBeCloseTo(expected, 5);
    expect(lossOf([student, student], [teacher, teacher])).toBeCloseTo(2 * expected, 5);
  });

  it('of maps of one pixel is their mean squared difference', () => {
    const at = (...data: number[]): Values => ({ shape: [1, 1, 1, 2], data });
    expect(lossOf([at(1, 2)], [at(3, 5)])).toBeCloseTo((4 + 9) / 2, 6);
  });

  it.each([
    [[[1, 5, 5, 2]]],
    [[[2, 3, 4, 1]]],
    [
      [
        [1, 2, 1, 2],
        [1, 1, 1, 3],
      ],
    ],
  ])('has the value and the gradient of its definition for %j', (shapes) => {
    fc.assert(
      fc.property(
        fc.tuple(...shapes.map((shape) => values(shape))),
        fc.tuple(...shapes.map((shape) => values(shape))),
        (students, teachers) => {
          const names = shapes.map((_, level) => `student${level}`);
          const inputs = {
            ...Object.fromEntries(students.map((student, level) => [names[level], student])),
            teacher: teachers[0]!,
          };
          const result = differentiate(
            (given: Record<string, Tensor>) =>
              hierarchicalContextLoss({
                studentFeatures: names.map((name) => given[name]!),
                teacherFeatures: [given.teacher!, ...teachers.slice(1).map(toTensor)],
              }),
            inputs,
          );
          expectGradients(
            result,
            (given) =>
              reference(
                names.map((name) => given[name]!),
                teachers,
              ),
            inputs,
            names,
          );
          expect(result.gradients.teacher!.data.every((each) => each === 0)).toBe(true);
        },
      ),
      { numRuns: 5 },
    );
  });

  const map = (...shape: number[]): Values => ({
    shape,
    data: new Array<number>(shape.reduce((a, b) => a * b)).fill(1),
  });
  it.each([
    ['no levels', [], [], /at least 1 layer/],
    ['unequal numbers of levels', [map(1, 2, 2, 1)], [], /got 1 and 0/],
    [
      'other shapes',
      [map(1, 2, 2, 1)],
      [map(1, 2, 2, 2)],
      /same shape, got \[1, 2, 2, 1\] and \[1, 2, 2, 2\]/,
    ],
  ])('refuses %s', (_, students, teachers, message) => {
    expect(() => lossOf(students, teachers)).toThrow(message);
  });
});
