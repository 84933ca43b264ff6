import { tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { startCpuBackend, toTensor, toValues } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import { expectFiniteLogitLoss, expectLogitLoss, workedExample } from '../testing/logit-cases.ts';
import { mean, softmax } from '../testing/reference-losses.ts';
import { nkdLoss } from './nkd-loss.ts';

const options = () => ({
  studentLogits: toTensor(workedExample.student),
  teacherLogits: toTensor(workedExample.teacher),
  labels: tensor1d(workedExample.labels, 'int32'),
  temperature: 1,
});

describe('nkdLoss', () => {
  beforeAll(startCpuBackend);

  it('has the parts that are worked out by hand', () => {
    expectClose(toValues(nkdLoss({ ...options(), gamma: 0 })).data, [0.890621], 1e-5);
    expectClose(toValues(nkdLoss(options())).data, [0.890621 + 1.444047], 1e-5);
  });

  it('is its definition, with its gradients: the label without a temperature', () => {
    expectLogitLoss(
      (tensors) => nkdLoss({ ...tensors, gamma: 0.6 }),
      ({ student, teacher, labels, temperatures }) =>
        mean(
          student.map((row, sample) => {
            const [label, T] = [labels[sample]!, temperatures[sample]!];
            const others = (logits: readonly number[]): number[] =>
              softmax(
                logits.filter((_, index) => index !== label),
                T,
              );
            const [p, q] = [others(teacher[sample]!), others(row)];
            const crossEntropy = -p.reduce((sum, each, index) => sum + each * Math.log(q[index]!), 0);
            const target = -softmax(teacher[sample]!)[label]! * Math.log(softmax(row)[label]!);
            return target + 0.6 * T ** 2 * crossEntropy;
          }),
        ),
    );
  });

  it('is finite at the extremes', () => {
    expectFiniteLogitLoss((tensors) => nkdLoss(tensors));
  });
});
