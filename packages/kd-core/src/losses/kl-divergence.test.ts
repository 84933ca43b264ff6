import { scalar, type Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { kl, mean, rowsOf, softmax } from '../testing/reference-losses.ts';
import { hintonLoss } from './hinton-loss.ts';
import { type KlDivergenceOptions, klDivergence } from './kl-divergence.ts';
import type { Temperature } from './temperature.ts';

type Direction = NonNullable<KlDivergenceOptions['direction']>;

function reference(
  teacher: Values,
  student: Values,
  temperatures: readonly number[],
  direction: Direction,
): number {
  const teacherRows = rowsOf(teacher);
  return mean(
    rowsOf(student).map((row, sample) => {
      const temperature = temperatures[sample % temperatures.length]!;
      const [p, q] = [softmax(teacherRows[sample]!, temperature), softmax(row, temperature)];
      return direction === 'forward' ? kl(p, q) : kl(q, p);
    }),
  );
}

const pairs = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }))
  .chain(([batch, classes]) =>
    fc.record({ teacher: values([batch, classes]), student: values([batch, classes]) }),
  );
const temperature = fc.double({ min: 0.5, max: 8, noNaN: true });
const direction = fc.constantFrom<Direction>('forward', 'reverse');

function divergence(teacher: Values, student: Values, options: Partial<KlDivergenceOptions> = {}): number {
  return klDivergence({
    teacherLogits: toTensor(teacher),
    studentLogits: toTensor(student),
    ...options,
  }).dataSync()[0]!;
}

describe('klDivergence', () => {
  beforeAll(startCpuBackend);

  it('of distributions close to each other is right to far below the rounding of their logarithms', () => {
    const [samples, classes] = [50, 10];
    const logits = (phase: number): Values => ({
      shape: [samples, classes],
      data: Array.from({ length: samples * classes }, (_, index) =>
        Math.fround(Math.sin(index ** 1.5 + phase) / 20),
      ),
    });
    const [teacher, student] = [logits(0), logits(1)];
    const got = toValues(
      klDivergence({ teacherLogits: toTensor(teacher), studentLogits: toTensor(student), reduction: 'none' }),
    ).data;
    const errors = rowsOf(teacher).map((row, sample) =>
      Math.abs(got[sample]! - kl(softmax(row, 1), softmax(rowsOf(student)[sample]!, 1))),
    );
    // Logarithms of about -2.3 are rounded to 1.2e-7.
    expect(mean(errors)).toBeLessThan(1.5e-8);
  });

  it('of hand-computed distributions', () => {
    // The teacher has probabilities 3/4 and 1/4, the student 1/2 and 1/2; then both the same.
    const teacherLogits = toTensor({ shape: [2, 2], data: [Math.log(3), 0, 1, 2] });
    const studentLogits = toTensor({ shape: [2, 2], data: [5, 5, 0, 1] });
    const forward = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
    const reverse = 0.5 * Math.log(2 / 3) + 0.5 * Math.log(2);
    const logits = { teacherLogits, studentLogits };
    expectClose(toValues(klDivergence({ ...logits, reduction: 'none' })).data, [forward, 0], 1e-6);
    expectClose(toValues(klDivergence({ ...logits, reduction: 'sum' })).data, [forward], 1e-6);
    expectClose(toValues(klDivergence(logits)).data, [forward / 2], 1e-6);
    expectClose(
      toValues(klDivergence({ ...logits, direction: 'reverse', reduction: 'none' })).data,
      [reverse, 0],
      1e-6,
    );
    // 9 to the power 1/2 is 3.
    const squared = toTensor({ shape: [2, 2], data: [Math.log(9), 0, 2, 4] });
    const softened = klDivergence({
      teacherLogits: squared,
      studentLogits,
      temperature: 2,
      reduction: 'none',
    });
    expectClose(toValues(softened).data.slice(0, 1), [forward], 1e-6);
  });

  it('is zero for equal distributions only, and never negative beyond rounding', () => {
    fc.assert(
      fc.property(pairs, temperature, direction, ({ teacher, student }, T, direction) => {
        const options = { temperature: T, direction };
        expect(divergence(student, student, options)).toBe(0);
        const value = divergence(teacher, student, options);
        expect(value).toBeGreaterThan(-1e-6);
        // Pinsker: the divergence is at least half the squared total variation.
        const other = rowsOf(student).map((row) => softmax(row, T));
        const variation = rowsOf(teacher).map((row, sample) =>
          softmax(row, T).reduce((sum, p, index) => sum + Math.abs(p - other[sample]![index]!), 0),
        );
        expect(value).toBeGreaterThan(mean(variation.map((each) => each ** 2 / 2)) - 1e-6);
      }),
    );
  });

  it('does not change when logits shift or when classes and samples are permuted', () => {
    fc.assert(
      fc.property(
        pairs,
        temperature,
        fc.integer({ min: -100, max: 100 }),
        ({ teacher, student }, T, shift) => {
          const value = divergence(teacher, student, { temperature: T });
          const moved = { ...teacher, data: teacher.data.map((each) => each + shift) };
          expect(divergence(moved, student, { temperature: T })).toBeCloseTo(value, 4);
          // Reversing the flat data reverses both samples and classes.
          const [first, second] = [teacher, student].map((each) => ({
            ...each,
            data: each.data.toReversed(),
          }));
          expect(divergence(first!, second!, { temperature: T })).toBeCloseTo(value, 5);
        },
      ),
    );
  });

  it('has the value and the gradient of its definition, for the student and for every kind of temperature', () => {
    fc.assert(
      fc.property(pairs, temperature, direction, ({ teacher, student }, T, direction) => {
        const batch = student.shape[0]!;
        const perSample = Array.from({ length: batch }, (_, sample) => Math.fround(T + sample / 2));
        for (const temperatures of [
          { shape: [], data: [Math.fround(T)] },
          { shape: [batch], data: perSample },
        ]) {
          const inputs = { teacher, student, temperatures };
          const result = differentiate(
            (given) =>
              klDivergence({
                teacherLogits: given.teacher,
                studentLogits: given.student,
                temperature: given.temperatures,
                direction,
              }),
            inputs,
          );
          expectGradients(
            result,
            (given) => reference(given.teacher, given.student, given.temperatures.data, direction),
            inputs,
            ['student', 'temperatures'],
          );
          expect(result.gradients.teacher.data).toEqual(teacher.data.map(() => 0));
        }
        expectClose(
          [divergence(teacher, student, { temperature: T, direction })],
          [reference(teacher, student, [T], direction)],
          1e-5,
        );
      }),
      { numRuns: 40 },
    );
  });

  it('is exact and has finite gradients at logits of 1e4, for one sample', () => {
    const oneHot = { shape: [1, 3], data: [1e4, -1e4, 0] };
    const opposite = { shape: [1, 3], data: [-1e4, 1e4, 0] };
    for (const [direction, gradient] of [
      ['forward', [-1, 1, 0]],
      ['reverse', [0, 0, 0]],
    ] as const) {
      const { value, gradients } = differentiate(
        ({ teacherLogits, studentLogits }) => klDivergence({ teacherLogits, studentLogits, direction }),
        { teacherLogits: oneHot, studentLogits: opposite },
      );
      expect(value).toBe(2e4);
      expect(gradients.studentLogits.data.map((each) => each + 0)).toEqual(gradient);
    }
    expect(divergence(oneHot, oneHot)).toBe(0);
  });

  const logits = { shape: [2, 2], data: [1, 2, 3, 4] };
  it('refuses shapes that do not fit', () => {
    expect(() => divergence({ shape: [1, 4], data: logits.data }, logits)).toThrow(
      /teacherLogits and studentLogits.*\[1, 4\] and \[2, 2\]/,
    );
    const temperature = toTensor({ shape: [3], data: [1, 2, 3] });
    expect(() => divergence(logits, logits, { temperature })).toThrow(
      /temperature must be a scalar or \[2\].*\[3\]/,
    );
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the temperature %s', (temperature) => {
    expect(() => divergence(logits, logits, { temperature })).toThrow(
      /temperature must be a finite number above 0/,
    );
  });
});

describe('hintonLoss', () => {
  beforeAll(startCpuBackend);

  const losses = (teacher: Values, student: Values, temperature: Temperature): readonly number[] =>
    toValues(
      hintonLoss({
        teacherLogits: toTensor(teacher),
        studentLogits: toTensor(student),
        temperature,
        reduction: 'none',
      }),
    ).data;

  it('is T^2 times the divergence, for every kind of temperature', () => {
    fc.assert(
      fc.property(pairs, temperature, ({ teacher, student }, T) => {
        const rounded = Math.fround(T);
        const batch = student.shape[0]!;
        const teacherRows = rowsOf(teacher);
        const expected = rowsOf(student).map(
          (row, sample) => rounded ** 2 * kl(softmax(teacherRows[sample]!, rounded), softmax(row, rounded)),
        );
        const perSample = toTensor({ shape: [batch], data: new Array<number>(batch).fill(rounded) });
        for (const kind of [rounded, scalar(rounded), perSample]) {
          expectClose(losses(teacher, student, kind), expected, 1e-4, 1e-5);
        }
        const loss = hintonLoss({
          teacherLogits: toTensor(teacher),
          studentLogits: toTensor(student),
          temperature: T,
        });
        expectClose(toValues(loss).data, [mean(expected)], 1e-4, 1e-5);
      }),
    );
  });

  it('has a gradient that approaches that of the centred logits at high temperature', () => {
    // Hinton et al., equation 4: (z - v) / classes for each sample, here divided by the batch of one.
    const [teacher, student] = [
      { shape: [1, 3], data: [1, 0, -1] },
      { shape: [1, 3], data: [-1, 2, -1] },
    ];
    for (const temperature of [50, 100]) {
      const gradientOf = ({
        teacherLogits,
        studentLogits,
      }: Record<'teacherLogits' | 'studentLogits', Tensor>) =>
        hintonLoss({ teacherLogits, studentLogits, temperature });
      const { gradients } = differentiate(gradientOf, { teacherLogits: teacher, studentLogits: student });
      expectClose(gradients.studentLogits.data, [-2 / 3, 2 / 3, 0], 0.03);
    }
  });
});
