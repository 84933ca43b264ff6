import { beforeAll, describe, expect, it } from 'vitest';
import { differentiate, startCpuBackend, toTensor, toValues } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { expectFiniteLogitLoss, expectLogitLoss, workedExample } from '../testing/logit-cases.ts';
import { kl, mean, rowsOf, softmax } from '../testing/reference-losses.ts';
import { balancedDivergenceLoss } from './balanced-divergence-loss.ts';

const student = () => toTensor(workedExample.student);
const teacher = () => toTensor(workedExample.teacher);
const entropy = (p: readonly number[]): number => -p.reduce((sum, each) => sum + each * Math.log(each), 0);

describe('balancedDivergenceLoss', () => {
  beforeAll(startCpuBackend);

  it('has the value that is worked out by hand', () => {
    const options = { studentLogits: student(), teacherLogits: teacher(), temperature: 4 };
    // Less the cross entropy of the example, 1.161004.
    expectClose(toValues(balancedDivergenceLoss(options)).data, [2.018253], 1e-5);
    expectClose(toValues(balancedDivergenceLoss({ ...options, beta: 1 })).data, [0.684803 + 0.666725], 1e-5);
  });

  it('is its definition, with its gradients', () => {
    const beta = 3;
    expectLogitLoss(
      ({ labels: _, ...tensors }) => balancedDivergenceLoss({ ...tensors, beta, entropyTemperature: 2 }),
      ({ student, teacher, temperatures }) =>
        mean(
          student.map((row, sample) => {
            const T = temperatures[sample]!;
            const [p, q] = [softmax(teacher[sample]!, T), softmax(row, T)];
            const surer = entropy(softmax(teacher[sample]!, 2)) > entropy(softmax(row, 2));
            return T ** 2 * ((surer ? beta : 1) * kl(p, q) + (surer ? 1 : beta) * kl(q, p));
          }),
        ),
      {
        suits: ({ student, teacher }) =>
          student.every(
            (row, sample) =>
              Math.abs(entropy(softmax(teacher[sample]!, 2)) - entropy(softmax(row, 2))) > 1e-3,
          ),
      },
    );
  });

  it('passes smoothly from one weight to the other, without a gradient through the entropies', () => {
    const T = 2;
    const share = rowsOf(workedExample.student).map((row, sample) => {
      const gap = entropy(softmax(rowsOf(workedExample.teacher)[sample]!)) - entropy(softmax(row));
      return 1 / (1 + Math.exp(-gap / 0.7));
    });
    const inputs = { student: workedExample.student };
    const smooth = differentiate(
      (given) =>
        balancedDivergenceLoss({
          studentLogits: given.student,
          teacherLogits: teacher(),
          temperature: T,
          beta: 3,
          smoothness: 0.7,
        }),
      inputs,
    );
    expectGradients(
      smooth,
      (given) =>
        mean(
          rowsOf(given.student).map((row, sample) => {
            const [p, q] = [softmax(rowsOf(workedExample.teacher)[sample]!, T), softmax(row, T)];
            return T ** 2 * ((1 + 2 * share[sample]!) * kl(p, q) + (3 - 2 * share[sample]!) * kl(q, p));
          }),
        ),
      inputs,
      ['student'],
    );
  });

  it('is the same for student and teacher in exchanged places', () => {
    const loss = (studentLogits = student(), teacherLogits = teacher()) =>
      toValues(balancedDivergenceLoss({ studentLogits, teacherLogits, temperature: 2 })).data;
    expectClose(loss(), loss(teacher(), student()), 1e-5);
  });

  it('is finite at the extremes', () => {
    expectFiniteLogitLoss(({ labels: _, ...tensors }) => balancedDivergenceLoss(tensors));
  });

  it('refuses numbers out of range', () => {
    const options = { studentLogits: student(), teacherLogits: teacher(), temperature: 4 };
    expect(() => balancedDivergenceLoss({ ...options, beta: 0.5 })).toThrow(
      /beta must be at least 1, got 0.5/,
    );
    expect(() => balancedDivergenceLoss({ ...options, smoothness: -1 })).toThrow(
      /smoothness must be at least 0/,
    );
    expect(() => balancedDivergenceLoss({ ...options, entropyTemperature: 0 })).toThrow(/above 0/);
  });
});
