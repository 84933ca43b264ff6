import { beforeAll, describe, expect, it } from 'vitest';
import { differentiate, startCpuBackend, toTensor, toValues } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import { expectFiniteLogitLoss, expectLogitLoss, workedExample } from '../testing/logit-cases.ts';
import { mean } from '../testing/reference-losses.ts';
import { continuationLoss } from './continuation-loss.ts';

describe('continuationLoss', () => {
  beforeAll(startCpuBackend);

  it.each([
    ['sum', 0.5, 1.59375],
    ['mean', 0.5, 0.085938],
    ['sum', 1, 4.125],
    ['mean', 1, 0.28125],
  ] as const)(
    'has the value that is worked out by hand: %s over classes, scale %d',
    (overClasses, scale, value) => {
      const loss = continuationLoss({
        studentLogits: toTensor(workedExample.student),
        teacherLogits: toTensor(workedExample.teacher),
        scale,
        overClasses,
      });
      expectClose(toValues(loss).data, [value], 1e-5);
    },
  );

  it.each(['sum', 'mean'] as const)(
    'is its definition, with its gradients: %s over classes',
    (overClasses) => {
      const [scale, margin] = [0.4, 0.3];
      expectLogitLoss(
        ({ studentLogits, teacherLogits }) =>
          continuationLoss({ studentLogits, teacherLogits, scale, margin, overClasses }),
        ({ student, teacher }) =>
          mean(
            student.map((row, sample) => {
              const squares = row.map((each, index) => (each - scale * teacher[sample]![index]!) ** 2);
              const distance = mean(squares) * (overClasses === 'sum' ? row.length : 1);
              return Math.max(0, distance - margin * scale);
            }),
          ),
      );
    },
  );

  it('costs nothing, and pulls nowhere, inside of the margin', () => {
    const { value, gradients } = differentiate(
      ({ student, teacher }) =>
        continuationLoss({ studentLogits: student, teacherLogits: teacher, scale: 0.5, margin: 4 }),
      {
        student: { shape: [1, 2], data: [1, 0] },
        teacher: { shape: [1, 2], data: [2, 2] },
      },
    );
    expect(value).toBe(0);
    expect(gradients.student.data.map(Math.abs)).toEqual([0, 0]);
  });

  it('is finite at the extremes', () => {
    expectFiniteLogitLoss(({ studentLogits, teacherLogits }) =>
      continuationLoss({ studentLogits, teacherLogits }),
    );
  });
});
