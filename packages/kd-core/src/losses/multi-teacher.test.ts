import { type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { kl, mean, rowsOf, softmax } from '../testing/reference-losses.ts';
import { hintonLoss } from './hinton-loss.ts';
import { multiTeacherFeatureLoss, multiTeacherLoss } from './multi-teacher.ts';
import { uniformTeacherWeights } from './teacher-weights.ts';

const cases = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 2, max: 4 }))
  .chain(([teachers, batch, size]) =>
    fc.record({
      student: values([batch, size]),
      teachers: fc.array(values([batch, size]), { minLength: teachers, maxLength: teachers }),
      weights: values([teachers, batch], 2),
      temperature: fc.constantFrom(1, 4),
    }),
  );

describe('multiTeacherLoss', () => {
  beforeAll(startCpuBackend);

  it('has the value and the gradient of its definition', () => {
    fc.assert(
      fc.property(cases, ({ student, teachers, weights, temperature }) => {
        const result = differentiate(
          (given) =>
            multiTeacherLoss({
              studentLogits: given.student,
              teacherLogits: teachers.map(toTensor),
              weights: toTensor(weights),
              temperature,
            }),
          { student },
        );
        const wanted = (given: { readonly student: Values }): number =>
          mean(
            rowsOf(given.student).map((row, sample) =>
              teachers.reduce((sum, teacher, index) => {
                const target = softmax(rowsOf(teacher)[sample]!, temperature);
                const weight = rowsOf(weights)[index]![sample]!;
                return sum + weight * temperature ** 2 * kl(target, softmax(row, temperature));
              }, 0),
            ),
          );
        expectGradients(result, wanted, { student }, ['student'], 1e-4);
      }),
      { numRuns: 25 },
    );
  });

  it('is soft-target distillation for teachers that agree', () => {
    const studentLogits = tensor2d([[1, 2, 0]]);
    const teacher = tensor2d([[0, 3, 1]]);
    const together = multiTeacherLoss({
      studentLogits,
      teacherLogits: [teacher, teacher],
      weights: uniformTeacherWeights(2),
      temperature: 4,
    });
    const alone = hintonLoss({ studentLogits, teacherLogits: teacher, temperature: 4 });
    expectClose(toValues(together).data, toValues(alone).data);
  });

  it('refuses weights of others', () => {
    const logits = tensor2d([[1, 2]]);
    const refused =
      (weights: Tensor): (() => void) =>
      () =>
        multiTeacherLoss({ studentLogits: logits, teacherLogits: [logits, logits], weights, temperature: 1 });
    expect(refused(tensor1d([1, 2, 3]))).toThrow('weights must be [2] or [2, 1], got [3]');
    expect(refused(tensor2d([[1, 2]]))).toThrow('weights must be [2] or [2, 1], got [1, 2]');
  });
});

describe('multiTeacherFeatureLoss', () => {
  beforeAll(startCpuBackend);

  it('has the value and the gradients of its definition, those of the weights included', () => {
    fc.assert(
      fc.property(cases, ({ student, teachers, weights }) => {
        const inputs = { student, weights };
        const result = differentiate(
          (given) =>
            multiTeacherFeatureLoss({
              studentFeatures: teachers.map(() => given.student),
              teacherFeatures: teachers.map(toTensor),
              weights: given.weights,
            }),
          inputs,
        );
        const wanted = (given: typeof inputs): number =>
          mean(
            rowsOf(given.student).map((row, sample) =>
              teachers.reduce((sum, teacher, index) => {
                const target = rowsOf(teacher)[sample]!;
                const distance = mean(row.map((each, place) => (each - target[place]!) ** 2));
                return sum + rowsOf(given.weights)[index]![sample]! * distance;
              }, 0),
            ),
          );
        expectGradients(result, wanted, inputs, ['student', 'weights']);
      }),
      { numRuns: 25 },
    );
  });

  it('refuses features that do not correspond', () => {
    const a = tensor2d([[1, 2]]);
    const refused =
      (studentFeatures: Tensor[], teacherFeatures: Tensor[]): (() => void) =>
      () =>
        multiTeacherFeatureLoss({ studentFeatures, teacherFeatures, weights: tensor1d([1]) });
    expect(refused([a], [a, a])).toThrow('must be as many, got 1 and 2');
    expect(refused([a], [tensor2d([[1, 2, 3]])])).toThrow('same shape, got [1, 2] and [1, 3]');
    expect(refused([], [])).toThrow('at least one teacher');
  });
});
