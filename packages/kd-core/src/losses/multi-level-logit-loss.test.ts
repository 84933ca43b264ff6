import { add, mean as meanOf, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { expectFiniteLogitLoss, workedExample } from '../testing/logit-cases.ts';
import { kl, mean, rowsOf, softmax } from '../testing/reference-losses.ts';
import { gramGaps, multiLevelLogitLoss } from './multi-level-logit-loss.ts';

type Rows = readonly (readonly number[])[];

const turned = (rows: Rows): number[][] => rows[0]!.map((_, column) => rows.map((row) => row[column]!));
const soft = (logits: Rows, T: number): number[][] => logits.map((row) => softmax(row, T));

/** For each row of the products of all pairs of rows. */
function gaps(a: Rows, b: Rows): number[] {
  const gram = (rows: Rows): number[][] =>
    rows.map((x) => rows.map((y) => x.reduce((sum, each, index) => sum + each * y[index]!, 0)));
  const [first, second] = [gram(a), gram(b)];
  return first.map((row, i) => row.reduce((sum, each, j) => sum + (each - second[i]![j]!) ** 2, 0));
}

function upToMedian(list: readonly number[]): number[] {
  const sorted = list.toSorted((a, b) => a - b);
  const half = list.length / 2;
  const median = Number.isInteger(half) ? (sorted[half - 1]! + sorted[half]!) / 2 : sorted[half - 0.5]!;
  return list.map((each) => Number(each <= median));
}

function definition(
  weak: [Rows, Rows],
  strong: [Rows, Rows],
  temperatures: readonly number[],
  byPaper: boolean,
): number {
  const certain = soft(weak[1], 1);
  const samples = upToMedian(certain.map((row) => Math.max(...row)));
  const classes = upToMedian(turned(certain).map((column) => column.reduce((sum, each) => sum + each, 0)));
  const counted = (list: readonly number[], mask: readonly number[]): number =>
    byPaper ? mean(list.map((each, index) => each * mask[index]!)) : mean(list) * mean(mask);
  return temperatures.reduce((total, T, index) => {
    const divergences = ([student, teacher]: [Rows, Rows]): number[] =>
      student.map((row, sample) => T ** 2 * kl(softmax(teacher[sample]!, T), softmax(row, T)));
    const grams = ([student, teacher]: [Rows, Rows], of: (rows: Rows) => Rows): number[] =>
      gaps(of(soft(student, T)), of(soft(teacher, T)));
    const same = (rows: Rows): Rows => rows;
    const misread = !byPaper && index >= temperatures.length - 2;
    return (
      total +
      counted(divergences(weak), samples) +
      mean(divergences(misread ? weak : strong)) +
      counted(grams(weak, same), samples) +
      counted(grams(weak, turned), classes) +
      (byPaper ? mean(grams(strong, same)) + mean(grams(strong, turned)) : 0)
    );
  }, 0);
}

const views = {
  student: { shape: [3, 4], data: [...workedExample.student.data, 0.2, -0.3, 1.4, 0.9] },
  teacher: { shape: [3, 4], data: [...workedExample.teacher.data, -0.5, 0.5, 3, 0] },
  strongStudent: { shape: [3, 4], data: [1, 0, -1, 0.5, 0.3, 0.7, 1, -2, 2, 1, -1, 0] },
  strongTeacher: { shape: [3, 4], data: [2, 0.5, 0, -1, 1, 2, 0, 0.5, -0.5, 1.5, 2, 0.1] },
} satisfies Record<string, Values>;

describe('multiLevelLogitLoss', () => {
  beforeAll(startCpuBackend);

  it('compares the Gram matrices that are worked out by hand', () => {
    const { samples, classes } = gramGaps(
      { studentLogits: toTensor(workedExample.student), teacherLogits: toTensor(workedExample.teacher) },
      4,
    );
    expectClose(toValues(meanOf(samples)).data, [0.001413], 1e-3);
    expectClose(toValues(meanOf(classes)).data, [0.003109], 1e-3);
  });

  it.each(['reference', 'paper'] as const)('is its definition, with its gradients: %s', (variant) => {
    const temperatures = [4, 3, 2];
    const result = differentiate((given) => {
      const { instances, batch, classes } = multiLevelLogitLoss({
        weak: { studentLogits: given.student, teacherLogits: given.teacher },
        strong: { studentLogits: given.strongStudent, teacherLogits: given.strongTeacher },
        temperatures,
        variant,
      });
      return add(add(instances, batch), classes);
    }, views);
    expectGradients(
      result,
      (given) =>
        definition(
          [rowsOf(given.student), rowsOf(given.teacher)],
          [rowsOf(given.strongStudent), rowsOf(given.strongTeacher)],
          temperatures,
          variant === 'paper',
        ),
      views,
      ['student', 'strongStudent'],
    );
    expect(result.gradients.teacher.data.every((each) => each === 0)).toBe(true);
  });

  it('takes transformed logits for the instances alone', () => {
    const [weak, strong] = [
      { studentLogits: toTensor(views.student), teacherLogits: toTensor(views.teacher) },
      { studentLogits: toTensor(views.strongStudent), teacherLogits: toTensor(views.strongTeacher) },
    ];
    const equal = (logits: Tensor) => ({ studentLogits: logits, teacherLogits: logits });
    const plain = multiLevelLogitLoss({ weak, strong });
    const transformed = multiLevelLogitLoss({
      weak: { ...weak, transformed: equal(weak.studentLogits) },
      strong: { ...strong, transformed: equal(strong.studentLogits) },
    });
    expect(toValues(transformed.instances).data).toEqual([0]);
    expect(toValues(transformed.batch)).toEqual(toValues(plain.batch));
    expect(toValues(transformed.classes)).toEqual(toValues(plain.classes));
  });

  it.each(['reference', 'paper'] as const)('is finite at the extremes: %s', (variant) => {
    expectFiniteLogitLoss(({ studentLogits, teacherLogits, temperature }) => {
      const view = { studentLogits, teacherLogits };
      const { instances, batch, classes } = multiLevelLogitLoss({
        weak: view,
        strong: view,
        temperatures: [temperature],
        variant,
      });
      return add(add(instances, batch), classes);
    });
  });

  it('refuses views of other shapes and lists without temperatures', () => {
    const view = (values: Values) => ({ studentLogits: toTensor(values), teacherLogits: toTensor(values) });
    expect(() =>
      multiLevelLogitLoss({ weak: view(views.student), strong: view(workedExample.student) }),
    ).toThrow(/strong.studentLogits and weak.studentLogits.*\[2, 4\] and \[3, 4\]/);
    const weak = view(views.student);
    expect(() => multiLevelLogitLoss({ weak, strong: weak, temperatures: [] })).toThrow(/must not be empty/);
    expect(() => multiLevelLogitLoss({ weak, strong: weak, temperatures: [tensor1d([1, 2])] })).toThrow(
      /temperature must be a scalar or \[3\]/,
    );
  });
});
