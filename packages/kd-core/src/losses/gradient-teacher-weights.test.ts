import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import { rowsOf } from '../testing/reference-losses.ts';
import { minimizeOnCappedSimplex } from './capped-simplex.ts';
import { gradientTeacherWeights, logitGradients } from './gradient-teacher-weights.ts';
import { hintonLoss } from './hinton-loss.ts';
import { multiTeacherLoss } from './multi-teacher.ts';

const student: Values = { shape: [2, 4], data: [2, 1.5, -0.5, 0, 1, 0.5, 1.5, -1] };
const first: Values = { shape: [2, 4], data: [4, 1, 0, -1, 0.5, 2.5, 1, -0.5] };
const second: Values = { shape: [2, 4], data: [1, 3, 0.5, 0, 0, 3.5, 0.5, -1] };

const product = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, each, index) => sum + each * b[index]!, 0);

function weightsOf(options: { readonly teachers?: readonly Values[]; readonly largest?: number }): number[] {
  const { teachers = [first, second], largest } = options;
  const weights = gradientTeacherWeights({
    studentLogits: toTensor(student),
    teacherLogits: teachers.map(toTensor),
    temperature: 4,
    ...(largest !== undefined && { largest }),
  });
  return [...toValues(weights).data];
}

describe('minimizeOnCappedSimplex', () => {
  beforeAll(startCpuBackend);

  const problems = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }))
    .chain(([count, length]) =>
      fc.record({
        vectors: values([count, length]),
        cap: fc.constantFrom(1 / count, 0.3, 0.5, 0.6, 1, 2).filter((cap) => cap * count >= 1),
      }),
    );

  it('keeps the bounds, and no pair of weights can be exchanged to any use', () => {
    fc.assert(
      fc.property(problems, ({ vectors, cap }) => {
        const rows = rowsOf(vectors);
        const gram = rows.map((a) => rows.map((b) => product(a, b)));
        const weights = [...toValues(minimizeOnCappedSimplex(tensor2d(gram), cap)).data];
        expect(weights.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 5);
        for (const weight of weights) {
          expect(weight).toBeGreaterThanOrEqual(0);
          expect(weight).toBeLessThanOrEqual(cap + 2e-5);
        }
        // The optimum of a convex form: what has weight to give is nowhere steeper than what has room to take it.
        const slopes = gram.map((row) => product(row, weights));
        const scale = Math.max(...gram.map((row, index) => row[index]!));
        weights.forEach((giver, from) => {
          weights.forEach((taker, to) => {
            if (giver < 1e-4 || taker > cap - 1e-4) return;
            expect(slopes[from]! - slopes[to]!).toBeLessThanOrEqual(1e-3 * scale + 1e-6);
          });
        });
      }),
      { numRuns: 60 },
    );
  });

  it('gives equal parts where nothing is to choose', () => {
    const zeros = tensor2d(new Float32Array(9), [3, 3]);
    expectClose(toValues(minimizeOnCappedSimplex(zeros, 0.6)).data, [1 / 3, 1 / 3, 1 / 3]);
    const alike = tensor2d(new Float32Array(16).fill(1e-7), [4, 4]);
    expectClose(toValues(minimizeOnCappedSimplex(alike, 1)).data, [0.25, 0.25, 0.25, 0.25], 1e-2);
  });

  it('refuses caps that no weights keep, and more weights than can be solved', () => {
    const identity = (count: number): Tensor =>
      tensor2d(
        Array.from({ length: count }, (_, row) =>
          Array.from({ length: count }, (_, column) => (row === column ? 1 : 0)),
        ),
      );
    expect(() => minimizeOnCappedSimplex(identity(2) as never, 0.4)).toThrow(/at least 1 \/ 2.*got 0.4/);
    expect(() => minimizeOnCappedSimplex(identity(16) as never, 0.6)).toThrow(/Use fewer teachers/);
  });
});

describe('gradientTeacherWeights', () => {
  beforeAll(startCpuBackend);

  it('follows the gradients of soft-target distillation', () => {
    const { gradients } = differentiate(
      (given) => hintonLoss({ studentLogits: given.student, teacherLogits: toTensor(first), temperature: 4 }),
      { student },
    );
    const rows = rowsOf(gradients.student);
    const averaged = rows[0]!.map((each, index) => (each + rows[1]![index]!) / 2);
    const own = logitGradients({
      studentLogits: toTensor(student),
      teacherLogits: [toTensor(first)],
      temperature: 4,
    });
    expectClose(toValues(own).data, averaged);
  });

  it('combines to the shortest gradient, of two teachers by the formula', () => {
    const [g1, g2] = rowsOf(
      toValues(
        logitGradients({
          studentLogits: toTensor(student),
          teacherLogits: [toTensor(first), toTensor(second)],
          temperature: 4,
        }),
      ),
    ) as [number[], number[]];
    const difference = g1.map((each, index) => each - g2[index]!);
    const share = -product(g2, difference) / product(difference, difference);
    expect(share).toBeGreaterThan(0.6);
    expectClose(weightsOf({ largest: 1 }), [share, 1 - share], 1e-4);
    expectClose(weightsOf({}), [0.6, 0.4]);
    expectClose(weightsOf({ largest: 0.5 }), [0.5, 0.5]);
  });

  it('is one for a single teacher, and sends no gradient anywhere', () => {
    expect(weightsOf({ teachers: [first], largest: 1 })).toEqual([1]);
    const gradientOf = (constant: boolean): readonly number[] =>
      differentiate(
        (given) => {
          const options = {
            studentLogits: given.student,
            teacherLogits: [toTensor(first), toTensor(second)],
            temperature: 4,
          };
          const weights = constant
            ? toTensor({ shape: [2], data: weightsOf({ largest: 1 }) })
            : gradientTeacherWeights({ ...options, largest: 1 });
          return multiTeacherLoss({ ...options, weights });
        },
        { student },
      ).gradients.student.data;
    expectClose(gradientOf(false), gradientOf(true));
  });

  it('takes gradients of length 1 where asked to', () => {
    const options = {
      studentLogits: toTensor(student),
      teacherLogits: [toTensor(first), toTensor(second)],
      temperature: 4,
      largest: 1,
    };
    // Of two vectors of one length the middle is the shortest: half of each, as long as it is.
    const lengths = rowsOf(toValues(logitGradients(options))).map((row) => Math.hypot(...row));
    const share = 1 / lengths[0]! / (1 / lengths[0]! + 1 / lengths[1]!);
    const weights = gradientTeacherWeights({ ...options, normalise: true });
    expectClose(toValues(weights).data, [share, 1 - share], 1e-4);
    const same = { ...options, teacherLogits: [toTensor(first), toTensor(student)], normalise: true };
    expectClose(toValues(gradientTeacherWeights(same)).data, [0, 1]);
  });
});
