import { type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { kl, mean, rowsOf, softmax } from '../testing/reference-losses.ts';
import { hintonLoss } from './hinton-loss.ts';
import { teacherFreeRegularizationLoss, teacherFreeSelfLoss } from './teacher-free.ts';

const int32 = (labels: readonly number[]): Tensor => tensor1d([...labels], 'int32');

interface Setting {
  readonly temperature: number;
  readonly correctProbability: number;
  readonly variant: 'reference' | 'paper';
}

/** The definitions, term by term. */
function regularization(logits: Values, labels: readonly number[], setting: Setting): number {
  const { temperature, correctProbability, variant } = setting;
  const rows = rowsOf(logits);
  const classes = rows[0]!.length;
  const divergences = rows.map((row, sample) => {
    const virtual = row.map((_, index) =>
      index === labels[sample] ? correctProbability : (1 - correctProbability) / (classes - 1),
    );
    return variant === 'reference'
      ? kl(softmax(virtual, temperature), softmax(row))
      : kl(softmax(virtual.map(Math.log), temperature), softmax(row, temperature));
  });
  return mean(divergences) / (variant === 'reference' ? classes : 1);
}

const batches = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 5 }))
  .chain(([batch, classes]) =>
    fc.record({
      logits: values([batch, classes]),
      labels: fc.array(fc.nat({ max: classes - 1 }), { minLength: batch, maxLength: batch }),
      setting: fc.record({
        temperature: fc.constantFrom(1, 4, 20),
        correctProbability: fc.constantFrom(0.6, 0.99),
        variant: fc.constantFrom('reference' as const, 'paper' as const),
      }),
    }),
  );

const studentLogits = { shape: [2, 4], data: [2, 1.5, -0.5, 0, 1, 0.5, 1.5, -1] };

describe('teacherFreeRegularizationLoss', () => {
  beforeAll(startCpuBackend);

  it('has the value and the gradient of its definition', () => {
    fc.assert(
      fc.property(batches, ({ logits, labels, setting }) => {
        const result = differentiate(
          (inputs) =>
            teacherFreeRegularizationLoss({
              studentLogits: inputs.logits,
              labels: int32(labels),
              ...setting,
            }),
          { logits },
        );
        const wanted = (inputs: { readonly logits: Values }): number =>
          regularization(inputs.logits, labels, setting);
        expectGradients(result, wanted, { logits }, ['logits']);
      }),
      { numRuns: 40 },
    );
  });

  it('is least, at 0, where the student answers as the virtual teacher does', () => {
    const others = Math.log(0.1 / 3);
    const logits = { shape: [1, 4], data: [others, Math.log(0.9), others, others] };
    const { value, gradients } = differentiate(
      (inputs) =>
        teacherFreeRegularizationLoss({
          studentLogits: inputs.logits,
          labels: int32([1]),
          temperature: 7,
          correctProbability: 0.9,
          variant: 'paper',
        }),
      { logits },
    );
    expect(value).toBeCloseTo(0, 6);
    expectClose(gradients.logits.data, [0, 0, 0, 0]);
  });

  it.each(['reference', 'paper'] as const)('is finite at logits of 1e4 (%s)', (variant) => {
    const { value, gradients } = differentiate(
      (inputs) =>
        teacherFreeRegularizationLoss({
          studentLogits: inputs.logits,
          labels: int32([0]),
          temperature: 20,
          variant,
        }),
      { logits: { shape: [1, 3], data: [-1e4, 1e4, 0] } },
    );
    expect(value).toBeGreaterThan(100);
    expect(gradients.logits.data.every(Number.isFinite)).toBe(true);
  });

  it('refuses what is no teacher', () => {
    const refused =
      (options: Partial<Setting>): (() => void) =>
      () =>
        teacherFreeRegularizationLoss({
          studentLogits: toTensor(studentLogits),
          labels: int32([0, 1]),
          temperature: 20,
          ...options,
        });
    expect(refused({ temperature: 0 })).toThrow('temperature must be above 0, got 0');
    expect(refused({ correctProbability: 1 })).not.toThrow();
    expect(refused({ correctProbability: 1, variant: 'paper' })).toThrow('must be in (0, 1), got 1');
    expect(refused({ correctProbability: 0 })).toThrow('must be in (0, 1], got 0');
  });
});

describe('teacherFreeSelfLoss', () => {
  beforeAll(startCpuBackend);
  const teacherLogits = { shape: [2, 4], data: [4, 1, 0, -1, 0.5, 2.5, 1, -0.5] };

  it('is soft-target distillation, smaller by the number of classes', () => {
    const logits = { studentLogits: toTensor(studentLogits), teacherLogits: toTensor(teacherLogits) };
    const whole = toValues(hintonLoss({ ...logits, temperature: 6 })).data[0]!;
    expectClose(toValues(teacherFreeSelfLoss({ ...logits, temperature: 6 })).data, [whole / 4]);
    const asInPaper = teacherFreeSelfLoss({ ...logits, temperature: 6, variant: 'paper' });
    expectClose(toValues(asInPaper).data, [whole / 36]);
  });

  it('has the gradient of its value, and none for the teacher', () => {
    const inputs = { studentLogits, teacherLogits };
    const result = differentiate((given) => teacherFreeSelfLoss({ ...given, temperature: 3 }), inputs);
    const wanted = (given: Readonly<Record<keyof typeof inputs, Values>>): number =>
      (9 / 4) *
      mean(
        rowsOf(given.studentLogits).map((row, sample) =>
          kl(softmax(rowsOf(given.teacherLogits)[sample]!, 3), softmax(row, 3)),
        ),
      );
    expectGradients(result, wanted, inputs, ['studentLogits']);
    expect(result.gradients.teacherLogits.data.every((each) => each === 0)).toBe(true);
  });
});
