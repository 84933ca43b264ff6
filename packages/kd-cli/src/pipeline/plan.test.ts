import { KdError } from 'kd-core';
import { describe, expect, it } from 'vitest';
import type { DistillConfig } from '../config/config.ts';
import { planDistillation } from './plan.ts';

const config: DistillConfig = {
  dataset: { name: 'digits' },
  teacher: { model: 'resnet8', training: { epochs: 2, batchSize: 100 } },
  student: { model: { name: 'resnet', depth: 8, widths: [2, 2, 4, 8] } },
  method: [{ name: 'hinton' }],
  learningRate: 0.1,
  epochs: 3,
  output: '/out',
};

describe('planDistillation', () => {
  it('gives the teacher its own settings, and the student’s where it has none', async () => {
    const { teacher, student, data } = await planDistillation(config);
    if (!('recipe' in teacher)) throw new Error('The teacher must be trained.');
    expect([teacher.recipe.epochs, teacher.recipe.source.batchSize]).toEqual([2, 100]);
    expect([student.epochs, student.source.batchSize]).toEqual([3, 64]);
    expect(teacher.recipe.key).not.toEqual(student.key);
    expect(data.train.length + data.validation.length + data.test.length).toBe(1797);
    const seen = [data.train, data.validation, data.test].flatMap((part) =>
      Array.from({ length: part.length }, (_, index) => part.originalIndex(index)),
    );
    expect(new Set(seen).size).toBe(1797);
  });

  it.each<[string, Partial<DistillConfig>, RegExp]>([
    ['a batch larger than the training split', { batchSize: 2000 }, /batchSize \(2000\) must not be above/],
    [
      'a feature that no regressor maps to the teacher’s',
      { method: [{ name: 'fitnet', studentTap: 'stage3', teacherTap: 'pooled' }] },
      /No hint regressor maps/,
    ],
    [
      'an optimiser that cannot be',
      { optimizer: { name: 'sgd', nesterov: true } },
      /nesterov needs a momentum/,
    ],
    [
      'milestones that go back',
      { learningRate: { name: 'step', initial: 0.1, milestones: [5, 2] } },
      /milestones must be increasing/,
    ],
  ])('refuses %s before anything runs', async (_name, change, message) => {
    const failure = await planDistillation({ ...config, ...change }).catch((error: unknown) => error);
    expect(KdError.isInstance(failure)).toBe(true);
    expect((failure as KdError).message).toMatch(message);
  });
});
