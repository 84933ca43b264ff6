import { type Scalar, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect } from 'vitest';
import { differentiate, type Values } from './cpu-backend.ts';
import { expectGradients } from './finite-differences.ts';
import { rowsOf } from './reference-losses.ts';

/** What a loss of logits is given, but for its settings. */
export interface LogitTensors {
  readonly studentLogits: Tensor;
  readonly teacherLogits: Tensor;
  readonly labels: Tensor;
  readonly temperature: Tensor;
}

/** The same in float64, for a definition of the loss. */
export interface LogitRows {
  readonly student: readonly number[][];
  readonly teacher: readonly number[][];
  readonly labels: readonly number[];
  /** One for each sample. */
  readonly temperatures: readonly number[];
}

/** Logits of two samples in four classes that several losses are worked out for by hand. */
export const workedExample: {
  readonly student: Values;
  readonly teacher: Values;
  readonly labels: number[];
} = {
  student: {
    shape: [2, 4],
    data: [2, 1.5, -0.5, 0, 1, 0.5, 1.5, -1],
  },
  teacher: {
    shape: [2, 4],
    data: [4, 1, 0, -1, 0.5, 2.5, 1, -0.5],
  },
  labels: [0, 1],
};

interface LogitCase {
  readonly student: Values;
  readonly teacher: Values;
  readonly labels: readonly number[];
  readonly temperatures: Values;
}

/** Evenly spread in +-`bound`, where doubles would mostly be tiny. */
function spread(shape: readonly number[], bound: number): fc.Arbitrary<Values> {
  const size = shape.reduce((product, each) => product * each, 1);
  const entry = fc.noBias(fc.integer({ min: -1000, max: 1000 }));
  return fc
    .array(entry, { minLength: size, maxLength: size })
    .map((data) => ({ shape, data: data.map((each) => Math.fround((each / 1000) * bound)) }));
}

function logitCases(smallestBatch: number, fewestClasses: number): fc.Arbitrary<LogitCase> {
  return fc
    .record({
      batch: fc.integer({ min: smallestBatch, max: smallestBatch + 3 }),
      classes: fc.integer({ min: fewestClasses, max: fewestClasses + 3 }),
      perSample: fc.boolean(),
    })
    .chain(({ batch, classes, perSample }) =>
      fc.record({
        student: spread([batch, classes], 3),
        teacher: spread([batch, classes], 3),
        labels: fc.array(fc.nat(classes - 1), { minLength: batch, maxLength: batch }),
        temperatures: spread(perSample ? [batch] : [], 2).map(({ shape, data }) => ({
          shape,
          data: data.map((each) => Math.fround(3 + each)),
        })),
      }),
    );
}

export interface LogitLossCheck {
  readonly smallestBatch?: number;
  readonly fewestClasses?: number;
  readonly absolute?: number;
  /** Which cases have a gradient at all; default every one. */
  readonly suits?: (rows: LogitRows) => boolean;
}

/**
 * A loss has the value and, for the student and the temperature, the gradient of its definition, and gives the teacher none: for
 * random shapes, logits and temperatures, one for all samples or one for each.
 */
export function expectLogitLoss(
  loss: (tensors: LogitTensors) => Scalar,
  definition: (rows: LogitRows) => number,
  { smallestBatch = 1, fewestClasses = 2, absolute = 1e-5, suits = () => true }: LogitLossCheck = {},
): void {
  fc.assert(
    fc.property(logitCases(smallestBatch, fewestClasses), ({ labels, ...inputs }) => {
      const rowsFrom = ({ student, teacher, temperatures }: typeof inputs): LogitRows => ({
        student: rowsOf(student),
        teacher: rowsOf(teacher),
        labels,
        temperatures: labels.map((_, sample) => temperatures.data[sample % temperatures.data.length]!),
      });
      fc.pre(suits(rowsFrom(inputs)));
      const result = differentiate(
        ({ student, teacher, temperatures }) =>
          loss({
            studentLogits: student,
            teacherLogits: teacher,
            temperature: temperatures,
            labels: tensor1d([...labels], 'int32'),
          }),
        inputs,
      );
      expectGradients(
        result,
        (given) => definition(rowsFrom(given)),
        inputs,
        ['student', 'temperatures'],
        absolute,
      );
      expect(result.gradients.teacher.data.every((each) => each === 0)).toBe(true);
    }),
    { numRuns: 20 },
  );
}

const EXTREMES: Readonly<Record<string, readonly number[]>> = {
  'one class at 1e4': [1e4, -1e4, 0],
  'another class at 1e4': [-1e4, 1e4, 0],
  'only zeros': [0, 0, 0],
  'all at 1e4': [1e4, 1e4, 1e4],
};

/** A loss and its gradients are finite for logits of +-1e4, certain teachers, constant rows and a batch of one. */
export function expectFiniteLogitLoss(loss: (tensors: LogitTensors) => Scalar): void {
  for (const [studentName, student] of Object.entries(EXTREMES)) {
    for (const [teacherName, teacher] of Object.entries(EXTREMES)) {
      for (const temperature of [0.5, 4]) {
        const { value, gradients } = differentiate(
          (given) =>
            loss({
              studentLogits: given.student,
              teacherLogits: given.teacher,
              temperature: given.temperature,
              labels: tensor1d([0], 'int32'),
            }),
          {
            student: { shape: [1, 3], data: student },
            teacher: { shape: [1, 3], data: teacher },
            temperature: { shape: [], data: [temperature] },
          },
        );
        const found = [value, ...gradients.student.data, ...gradients.temperature.data];
        expect(
          found.every(Number.isFinite),
          `student ${studentName}, teacher ${teacherName}, temperature ${temperature}: ${found.join(', ')}`,
        ).toBe(true);
      }
    }
  }
}
