import { softmax as softmaxOf, tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { differentiate, startCpuBackend, toTensor, toValues } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import { expectFiniteLogitLoss, expectLogitLoss, workedExample } from '../testing/logit-cases.ts';
import { mean, softmax } from '../testing/reference-losses.ts';
import { distLoss, distRelations } from './dist-loss.ts';

function correlation(a: readonly number[], b: readonly number[]): number {
  const centred = (list: readonly number[]): number[] => list.map((each) => each - mean(list));
  const [x, y] = [centred(a), centred(b)];
  const product = x.reduce((sum, each, index) => sum + each * y[index]!, 0);
  return product / (Math.hypot(...x) * Math.hypot(...y) + 1e-8);
}

const columns = (rows: readonly (readonly number[])[]): number[][] =>
  rows[0]!.map((_, column) => rows.map((row) => row[column]!));

const fourSamples = {
  studentLogits: {
    shape: [4, 4],
    data: [...workedExample.student.data, 0.2, -0.3, 1.4, 0.9, -1, 0.4, 0.1, 2.2],
  },
  teacherLogits: {
    shape: [4, 4],
    data: [...workedExample.teacher.data, -0.5, 0.5, 3, 0, 0.3, -1.2, 0.8, 2.5],
  },
};
const logits = () => ({
  studentLogits: toTensor(fourSamples.studentLogits),
  teacherLogits: toTensor(fourSamples.teacherLogits),
});

describe('distLoss', () => {
  beforeAll(startCpuBackend);

  it.each([
    [4, 5.262415, 6.263902],
    [1, 0.348942, 0.384952],
  ])('has the relations that are worked out by hand at temperature %d', (temperature, inter, intra) => {
    const relations = distRelations({ ...logits(), temperature });
    expectClose(toValues(relations.inter).data, [inter], 1e-5);
    expectClose(toValues(relations.intra).data, [intra], 1e-5);
  });

  it('is its definition, with its gradients', () => {
    expectLogitLoss(
      (tensors) => distLoss({ ...tensors, beta: 2, gamma: 0.5 }),
      ({ student, teacher, temperatures }) => {
        const soft = (rows: readonly number[][]): number[][] =>
          rows.map((row, sample) => softmax(row, temperatures[sample]!));
        const [q, p] = [soft(student), soft(teacher)];
        const squares = temperatures.map((T) => T ** 2);
        const inter = mean(q.map((row, sample) => squares[sample]! * (1 - correlation(row, p[sample]!))));
        const [classesOfStudent, classesOfTeacher] = [columns(q), columns(p)];
        const intra =
          mean(squares) *
          (1 - mean(classesOfStudent.map((column, index) => correlation(column, classesOfTeacher[index]!))));
        return 2 * inter + 0.5 * intra;
      },
      {
        smallestBatch: 3,
        fewestClasses: 3,
        absolute: 1e-4,
        suits: ({ student, teacher, temperatures }) =>
          [student, teacher].every((rows) => {
            const soft = rows.map((row, sample) => softmax(row, temperatures[sample]!));
            return [...soft, ...columns(soft)].every((line) => Math.max(...line) - Math.min(...line) > 0.02);
          }),
      },
    );
  });

  it('takes pixels for samples, whatever their order', () => {
    const dense = ({ shape, data }: { shape: number[]; data: number[] }) =>
      toTensor({ shape: [1, 2, 2, shape[1]!], data });
    const maps = {
      studentLogits: dense(fourSamples.studentLogits),
      teacherLogits: dense(fourSamples.teacherLogits),
    };
    expectClose(
      toValues(distLoss({ ...maps, temperature: 2 })).data,
      toValues(distLoss({ ...logits(), temperature: 2 })).data,
      1e-5,
    );
    const perSample = distLoss({ ...maps, temperature: tensor1d([2]) });
    expectClose(toValues(perSample).data, toValues(distLoss({ ...logits(), temperature: 2 })).data, 1e-5);
  });

  it('is 0 for equal networks, and for students in line with the teacher', () => {
    const { teacherLogits } = logits();
    const equal = distRelations({ studentLogits: teacherLogits, teacherLogits, temperature: 2 });
    expect(toValues(equal.inter).data[0]).toBeCloseTo(0, 5);
    expect(toValues(equal.intra).data[0]).toBeCloseTo(0, 5);
    // Probabilities p and (p + 1/4) / 2 are in line, sample by sample and class by class.
    const moved = toValues(softmaxOf(teacherLogits)).data.map((each) => Math.log((each + 0.25) / 2));
    const inLine = distLoss({
      studentLogits: toTensor({ shape: [4, 4], data: moved }),
      teacherLogits,
      temperature: 1,
    });
    expect(toValues(inLine).data[0]).toBeCloseTo(0, 5);
  });

  it('is finite at the extremes, where a distribution has no variance', () => {
    expectFiniteLogitLoss(({ studentLogits, teacherLogits, temperature }) =>
      distLoss({ studentLogits, teacherLogits, temperature }),
    );
    const { gradients } = differentiate(
      ({ student, teacher }) => distLoss({ studentLogits: student, teacherLogits: teacher, temperature: 1 }),
      {
        student: { shape: [3, 2], data: [0, 0, 0, 0, 0, 0] },
        teacher: { shape: [3, 2], data: [0, 0, 0, 0, 0, 0] },
      },
    );
    expect(gradients.student.data).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('refuses shapes that are no logits', () => {
    const cube = toTensor({ shape: [1, 2, 2], data: [1, 2, 3, 4] });
    expect(() => distLoss({ studentLogits: cube, teacherLogits: cube, temperature: 1 })).toThrow(
      /studentLogits must be \[batch, classes\]/,
    );
    expect(() => distLoss({ ...logits(), temperature: 1, epsilon: 0 })).toThrow(/epsilon must be above 0/);
  });
});
