import { exp, mean, mul, sub, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startCpuBackend, toTensor, toValues } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import { expectFiniteLogitLoss, expectLogitLoss, workedExample } from '../testing/logit-cases.ts';
import { mean as average, kl, softmax } from '../testing/reference-losses.ts';
import { decoupledDivergences, dkdLoss } from './dkd-loss.ts';
import { hintonLoss } from './hinton-loss.ts';
import { splitAtTarget } from './target-split.ts';

/** The two divergences of one sample, from probabilities. */
function parts(student: readonly number[], teacher: readonly number[], label: number, T: number) {
  const [p, q] = [softmax(teacher, T), softmax(student, T)];
  const pair = (of: readonly number[]): number[] => [of[label]!, 1 - of[label]!];
  const others = (logits: readonly number[]): number[] =>
    softmax(
      logits.filter((_, index) => index !== label),
      T,
    );
  return { target: kl(pair(p), pair(q)), others: kl(others(teacher), others(student)) };
}

describe('dkdLoss', () => {
  beforeAll(startCpuBackend);

  it('has the parts that are worked out by hand', () => {
    const { target, others } = decoupledDivergences({
      studentLogits: toTensor(workedExample.student),
      teacherLogits: toTensor(workedExample.teacher),
      labels: tensor1d(workedExample.labels, 'int32'),
      temperature: 4,
    });
    expectClose(toValues(mul(mean(target), 16)).data, [0.60933], 1e-5);
    expectClose(toValues(mul(mean(others), 16)).data, [0.132805], 1e-5);
  });

  it.each(['paper', 'reference'] as const)('is its definition, with its gradients (%s)', (variant) => {
    expectLogitLoss(
      (tensors) => dkdLoss({ ...tensors, alpha: 0.7, beta: 3, variant }),
      ({ student, teacher, labels, temperatures }) =>
        average(
          student.map((row, sample) => {
            const T = temperatures[sample]!;
            const { target, others } = parts(row, teacher[sample]!, labels[sample]!, T);
            return T ** 2 * (0.7 * target + 3 * others);
          }),
        ),
    );
  });

  it('is the divergence of all classes when beta is what the teacher leaves to the others', () => {
    const logits = {
      studentLogits: toTensor(workedExample.student),
      teacherLogits: toTensor(workedExample.teacher),
    };
    const labels = tensor1d(workedExample.labels, 'int32');
    for (const temperature of [1, 4, tensor1d([2, 5])]) {
      const { target } = splitAtTarget({
        name: 'teacherLogits',
        logits: logits.teacherLogits,
        labels,
        temperature,
      });
      const loss = dkdLoss({ ...logits, labels, temperature, alpha: 1, beta: sub(1, exp(target)) });
      expectClose(toValues(loss).data, toValues(hintonLoss({ ...logits, temperature })).data, 1e-5);
    }
  });

  it('is finite at the extremes, where probabilities of reference code underflow', () => {
    expectFiniteLogitLoss((tensors) => dkdLoss(tensors));
    const certain = parts([0, 0, 0], [800, 0, 0], 0, 1);
    const { target } = decoupledDivergences({
      studentLogits: toTensor({ shape: [1, 3], data: [0, 0, 0] }),
      teacherLogits: toTensor({ shape: [1, 3], data: [800, 0, 0] }),
      labels: tensor1d([0], 'int32'),
      temperature: 1,
    });
    expectClose(toValues(target).data, [certain.target], 1e-6);
  });

  it('as in the reference code is the same, but for a label whose lead is above 1000', () => {
    const shared = { labels: tensor1d([0], 'int32'), temperature: 2 };
    const others = (student: number[], teacher: number[], variant: 'paper' | 'reference'): number => {
      const row = (data: number[]): Tensor => toTensor({ shape: [1, 3], data });
      const options = { ...shared, studentLogits: row(student), teacherLogits: row(teacher), variant };
      return toValues(decoupledDivergences(options).others).data[0]!;
    };
    const [student, usual, certain] = [
      [5, 1, 4],
      [300, 2, -1],
      [4000, 2, 2],
    ];
    const want = parts(student, usual, 0, 2).others;
    expect(others(student, usual, 'paper')).toBeCloseTo(want, 5);
    expect(others(student, usual, 'reference')).toBeCloseTo(want, 5);
    expect(others(student, certain, 'paper')).toBeCloseTo(parts(student, certain, 0, 2).others, 5);
    // Lowered, the label's logit of the teacher still is 1000, and the student's -997.5: the divergence is that of one class.
    const total = Math.log(Math.exp(0.5) + Math.exp(2));
    expect(others(student, certain, 'reference')).toBeCloseTo(997.5 + total, 3);
  });

  it('as in the reference code is finite at the extremes, too', () => {
    expectFiniteLogitLoss((tensors) => dkdLoss({ ...tensors, variant: 'reference' }));
  });

  it('refuses what it cannot split', () => {
    const [studentLogits, labels] = [toTensor({ shape: [2, 1], data: [1, 2] }), tensor1d([0, 0], 'int32')];
    const options = { studentLogits, teacherLogits: studentLogits, labels, temperature: 1 };
    expect(() => dkdLoss(options)).toThrow(/studentLogits must have at least two classes, got \[2, 1\]/);
    const two = toTensor({ shape: [1, 2], data: [1, 2] });
    expect(() => dkdLoss({ ...options, studentLogits: two, teacherLogits: two })).toThrow(
      /labels must be \[1\]/,
    );
    const three = toTensor({ shape: [1, 3], data: [1, 2, 3] });
    expect(() =>
      dkdLoss({
        studentLogits: two,
        teacherLogits: three,
        labels: tensor1d([0], 'int32'),
        temperature: 1,
      }),
    ).toThrow(/teacherLogits and studentLogits.*\[1, 3\] and \[1, 2\]/);
  });
});
