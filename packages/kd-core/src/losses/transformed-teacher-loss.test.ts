import { beforeAll, describe, expect, it } from 'vitest';
import { startCpuBackend, toTensor, toValues } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import { expectFiniteLogitLoss, expectLogitLoss, workedExample } from '../testing/logit-cases.ts';
import { kl, mean, softmax } from '../testing/reference-losses.ts';
import { transformedTeacherLoss } from './transformed-teacher-loss.ts';

const loss = (temperature: number, weighted: boolean): number =>
  toValues(
    transformedTeacherLoss({
      studentLogits: toTensor(workedExample.student),
      teacherLogits: toTensor(workedExample.teacher),
      temperature,
      weighted,
    }),
  ).data[0]!;

describe('transformedTeacherLoss', () => {
  beforeAll(startCpuBackend);

  it('has the values that are worked out by hand', () => {
    expectClose([loss(4, false), loss(4, true), loss(10, false)], [0.211046, 0.501801, 0.303914], 1e-5);
  });

  it.each([false, true])('is its definition, with its gradients (weighted: %s)', (weighted) => {
    expectLogitLoss(
      ({ labels: _, ...tensors }) => transformedTeacherLoss({ ...tensors, weighted }),
      ({ student, teacher, temperatures }) =>
        mean(
          student.map((row, sample) => {
            const powers = softmax(teacher[sample]!).map((each) => each ** (1 / temperatures[sample]!));
            const total = powers.reduce((sum, each) => sum + each, 0);
            const divergence = kl(
              powers.map((each) => each / total),
              softmax(row),
            );
            return weighted ? total * divergence : divergence;
          }),
        ),
    );
  });

  it('weighs a certain teacher with 1 and an ignorant one with classes^(1 - 1/T)', () => {
    const of = (teacher: number[], weighted: boolean): number =>
      toValues(
        transformedTeacherLoss({
          studentLogits: toTensor({ shape: [1, 4], data: [1, 0, 0, 2] }),
          teacherLogits: toTensor({ shape: [1, 4], data: teacher }),
          temperature: 2,
          weighted,
        }),
      ).data[0]!;
    const [certain, ignorant] = [
      [1e4, 0, 0, -1e4],
      [3, 3, 3, 3],
    ];
    expect(of(certain!, true) / of(certain!, false)).toBeCloseTo(1, 5);
    expect(of(ignorant!, true) / of(ignorant!, false)).toBeCloseTo(2, 5);
  });

  it('is finite at the extremes', () => {
    expectFiniteLogitLoss(({ labels: _, ...tensors }) =>
      transformedTeacherLoss({ ...tensors, weighted: true }),
    );
  });
});
