import { range, reshape, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomUniform } from '../random/index.ts';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { mean, rowsOf } from '../testing/reference-losses.ts';
import { type ContrastiveMemory, contrastiveRepresentationLoss } from './contrastive-representation.ts';

beforeAll(startCpuBackend);

type Side = 'student' | 'teacher';

interface Case {
  readonly student: Values;
  readonly teacher: Values;
  readonly studentMemory: Values;
  readonly teacherMemory: Values;
  readonly rows: readonly (readonly number[])[];
  readonly temperature: number;
  /** Below 0: to be found. */
  readonly constants: Readonly<Record<Side, number>>;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, each, index) => sum + each * b[index]!, 0);

/** exp(score / temperature) of [batch, 1 + negatives]. */
function exponentials(embedding: Values, bank: Values, { rows, temperature }: Case): number[][] {
  const [anchors, remembered] = [rowsOf(embedding), rowsOf(bank)];
  return rows.map((row, sample) =>
    row.map((other) => Math.exp(dot(anchors[sample]!, remembered[other]!) / temperature)),
  );
}

function constantsOf(given: Case): Record<Side, number> {
  const { constants, student, teacher, studentMemory, teacherMemory } = given;
  const found = (embedding: Values, bank: Values): number =>
    bank.shape[0]! * mean(exponentials(embedding, bank, given).flat());
  return {
    student: constants.student < 0 ? found(student, teacherMemory) : constants.student,
    teacher: constants.teacher < 0 ? found(teacher, studentMemory) : constants.teacher,
  };
}

/** Equations of the released code; the constants are not part of what is differentiated. */
function reference(given: Case, constants: Readonly<Record<Side, number>>): number {
  const side = (embedding: Values, bank: Values, constant: number): number => {
    const negatives = given.rows[0]!.length - 1;
    const share = negatives / bank.shape[0]!;
    const perSample = exponentials(embedding, bank, given).map((row) =>
      row
        .map((each) => each / constant)
        .reduce((sum, u, column) => sum - Math.log((column === 0 ? u : share) / (u + share + 1e-7)), 0),
    );
    return mean(perSample);
  };
  return (
    side(given.student, given.teacherMemory, constants.student) +
    side(given.teacher, given.studentMemory, constants.teacher)
  );
}

function memoryOf({ studentMemory, teacherMemory, constants }: Case): ContrastiveMemory {
  return {
    student: toTensor(studentMemory),
    teacher: toTensor(teacherMemory),
    studentConstant: toTensor({ shape: [], data: [constants.student] }),
    teacherConstant: toTensor({ shape: [], data: [constants.teacher] }),
  };
}

const cases: fc.Arbitrary<Case> = fc
  .record({ batch: fc.integer({ min: 1, max: 3 }), features: fc.integer({ min: 1, max: 4 }) })
  .chain(({ batch, features }) =>
    fc.record({
      student: values([batch, features], 1),
      teacher: values([batch, features], 1),
      studentMemory: values([7, features], 1),
      teacherMemory: values([7, features], 1),
      rows: fc.array(fc.array(fc.nat(6), { minLength: 5, maxLength: 5 }), {
        minLength: batch,
        maxLength: batch,
      }),
      temperature: fc.constantFrom(0.3, 1, 2),
      constants: fc.constantFrom({ student: -1, teacher: -1 }, { student: 9, teacher: 4 }),
    }),
  );

describe('contrastiveRepresentationLoss', () => {
  it('is the loss of the released code, with its gradients for both embeddings', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const constants = constantsOf(given);
        const { student, teacher } = given;
        const result = differentiate(
          (inputs) =>
            contrastiveRepresentationLoss({
              studentEmbedding: inputs.student,
              teacherEmbedding: inputs.teacher,
              memory: memoryOf(given),
              rows: tensor2d(given.rows.flat(), [given.rows.length, 5], 'int32'),
              indices: tensor1d(
                given.rows.map((_, sample) => sample),
                'int32',
              ),
              temperature: given.temperature,
            }).loss,
          { student, teacher },
        );
        expectGradients(
          result,
          (inputs) => reference({ ...given, ...inputs }, constants),
          { student, teacher },
          ['student', 'teacher'],
        );
      }),
      { numRuns: 15 },
    );
  });

  const bank = (seed: number): Values => {
    const { data, shape } = randomUniform([0, seed], [6, 4], { min: -1, max: 1 });
    return { data: [...data], shape };
  };
  const step = (
    memory: ContrastiveMemory,
    indices: readonly number[],
    embedding: Values,
  ): ContrastiveMemory =>
    contrastiveRepresentationLoss({
      studentEmbedding: toTensor(embedding),
      teacherEmbedding: toTensor(embedding),
      memory,
      rows: tensor2d(
        indices.map((index) => [index, (index + 1) % 6, (index + 2) % 6]),
        undefined,
        'int32',
      ),
      indices: tensor1d([...indices], 'int32'),
      momentum: 0.25,
    }).memory;
  const start = (): ContrastiveMemory =>
    memoryOf({
      studentMemory: bank(1),
      teacherMemory: bank(2),
      constants: { student: -1, teacher: -1 },
    } as unknown as Case);

  it('moves what it remembers of the batch to the new embeddings, of a sample named twice to the last', () => {
    const embedding = bank(3);
    const three = { shape: [3, 4], data: embedding.data.slice(0, 12) };
    const memory = start();
    const after = rowsOf(toValues(step(memory, [4, 1, 4], three).student));
    const before = rowsOf(bank(1));
    expect(rowsOf(toValues(memory.student))).toEqual(before);
    const moved = (row: number, by: number): number[] => {
      const mixed = before[row]!.map((old, axis) => 0.25 * old + 0.75 * rowsOf(three)[by]![axis]!);
      return mixed.map((each) => each / Math.hypot(...mixed));
    };
    const expected = before.with(1, moved(1, 1)).with(4, moved(4, 2));
    expectClose(after.flat(), expected.flat(), 1e-5);
  });

  it('fixes its constants with the first batch', () => {
    const embedding = { shape: [1, 4], data: [1, 0, 0, 0] };
    const first = step(start(), [0], embedding);
    const second = step(first, [3], embedding);
    expect(toValues(first.studentConstant).data[0]).toBeGreaterThan(0);
    expect(toValues(second.studentConstant)).toEqual(toValues(first.studentConstant));
    expect(toValues(second.teacherConstant)).toEqual(toValues(first.teacherConstant));
  });

  it('is 21.41 for embeddings that know nothing and 16384 negatives', () => {
    const [samples, negatives] = [17_000, 16_384];
    const nothing = { shape: [1, 1], data: [0] };
    const memory = { shape: [samples, 1], data: Array.from({ length: samples }, () => 1) };
    const { loss } = contrastiveRepresentationLoss({
      studentEmbedding: toTensor(nothing),
      teacherEmbedding: toTensor(nothing),
      memory: memoryOf({
        studentMemory: memory,
        teacherMemory: memory,
        constants: { student: -1, teacher: -1 },
      } as unknown as Case),
      rows: reshape(range(0, negatives + 1, 1, 'int32'), [1, -1]),
      indices: tensor1d([0], 'int32'),
    });
    const expected = 2 * (Math.log(negatives + 1) - negatives * Math.log(negatives / (negatives + 1)));
    expect(expected).toBeCloseTo(21.408182, 6);
    // Each term of a negative has an epsilon of 1e-7.
    expect(Math.abs(loss.dataSync()[0]! - expected)).toBeLessThan(0.005);
  });

  it('stays finite for embeddings of zero and the lowest temperature', () => {
    const zero = { shape: [2, 3], data: [0, 0, 0, 1, 0, 0] };
    const memory = { shape: [4, 3], data: [1, 0, 0, -1, 0, 0, 0, 0, 0, 1, 0, 0] };
    const given = {
      studentMemory: memory,
      teacherMemory: memory,
      constants: { student: -1, teacher: -1 },
    } as unknown as Case;
    const { value, gradients } = differentiate(
      ({ student, teacher }) =>
        contrastiveRepresentationLoss({
          studentEmbedding: student,
          teacherEmbedding: teacher,
          memory: memoryOf(given),
          rows: tensor2d([1, 0, 3, 1, 0, 3], [2, 3], 'int32'),
          indices: tensor1d([2, 1], 'int32'),
          temperature: 0.02,
        }).loss,
      { student: zero, teacher: zero },
    );
    for (const each of [value, ...gradients.student.data, ...gradients.teacher.data]) {
      expect(Number.isFinite(each)).toBe(true);
    }
  });

  it('refuses what does not correspond, and numbers out of range', () => {
    const embedding = { shape: [1, 4], data: [1, 0, 0, 0] };
    const call = (changes: object): unknown =>
      contrastiveRepresentationLoss({
        studentEmbedding: toTensor(embedding),
        teacherEmbedding: toTensor(embedding),
        memory: start(),
        rows: tensor2d([[0, 1]], [1, 2], 'int32'),
        indices: tensor1d([0], 'int32'),
        ...changes,
      });
    expect(() => call({})).not.toThrow();
    expect(() => call({ temperature: 0.01 })).toThrow(/temperature .* at least 0.02, got 0.01/);
    expect(() => call({ momentum: 1 })).toThrow(/momentum .* below 1, got 1/);
    expect(() => call({ teacherEmbedding: toTensor({ shape: [1, 2], data: [0, 1] }) })).toThrow(/\[1, 2\]/);
    expect(() => call({ indices: tensor1d([0, 1], 'int32') })).toThrow(/indices \[1\], got .*\[2\]/);
    expect(() => call({ rows: tensor2d([[0]], [1, 1], 'int32') })).toThrow(/1 \+ negatives/);
  });
});
