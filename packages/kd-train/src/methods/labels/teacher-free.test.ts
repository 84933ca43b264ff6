import { type Scalar, scalar, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { hintonLoss, teacherFreeRegularizationLoss } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkRequirements,
  crossEntropy,
  type Method,
  type MethodContext,
  noVariables,
  scheduleTime,
} from '../../index.ts';
import { teacherFreeRegularization } from './teacher-free-regularization.ts';
import { teacherFreeSelf } from './teacher-free-self.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

const value = (tensor: Scalar): number => tensor.dataSync()[0]!;
const studentLogits = () => tensor2d([[1, 0, -2]]);
const teacherLogits = () => tensor2d([[0, 3, 1]]);
const labels = () => tensor1d([1], 'int32');

function contextFor(method: Method): MethodContext {
  const at = scheduleTime(0, { stepsPerEpoch: 1, totalSteps: 1 });
  return {
    student: { logits: studentLogits(), taps: {} },
    teachers: [{ logits: teacherLogits(), taps: {} }],
    labels: labels(),
    indices: tensor1d([0], 'int32'),
    views: {},
    draws: {},
    scalars: Object.fromEntries(
      Object.entries(method.scalars).map(([name, schedule]) => [name, scalar(schedule(at))]),
    ),
    variables: noVariables as unknown as MethodContext['variables'],
  };
}

const lossOf = (method: Method): ReturnType<Method['loss']> => method.loss(contextFor(method));

describe('teacher-free distillation', () => {
  const hard = -Math.log(1 / (Math.E + 1 + Math.exp(-2)));

  it('mixes the labels with the answers of the student of before', () => {
    const { total, terms } = lossOf(teacherFreeSelf({ temperature: 6, alpha: 0.25, multiplier: 50 }));
    const soft = value(
      hintonLoss({ studentLogits: studentLogits(), teacherLogits: teacherLogits(), temperature: 6 }),
    );
    expect(value(terms.crossEntropy!)).toBeCloseTo(hard, 5);
    expect(value(terms.divergence!)).toBeCloseTo(soft / 3, 5);
    expect(value(total)).toBeCloseTo(0.75 * hard + 0.25 * 50 * (soft / 3), 4);
  });

  it.each(['reference', 'paper'] as const)('mixes the labels with a virtual teacher (%s)', (variant) => {
    const setting = { temperature: 20, correctProbability: 0.9, variant };
    const { total, terms } = lossOf(teacherFreeRegularization({ ...setting, alpha: 0.1, multiplier: 3 }));
    const soft = value(
      teacherFreeRegularizationLoss({ ...setting, studentLogits: studentLogits(), labels: labels() }),
    );
    expect(value(terms.divergence!)).toBeCloseTo(soft, 6);
    expect(value(total)).toBeCloseTo(0.9 * hard + 0.3 * soft, 5);
  });

  it('needs a teacher in one form only', () => {
    const alone = { student: { classes: 3, taps: {} }, teachers: [] };
    expect(() => checkRequirements(teacherFreeRegularization(), alone)).not.toThrow();
    expect(() => checkRequirements(teacherFreeSelf(), alone)).toThrow('needs 1 teacher(s), but 0 were given');
  });

  it('refuses numbers out of range, of a schedule too', () => {
    const at = scheduleTime(0, { stepsPerEpoch: 1, totalSteps: 1 });
    expect(() => teacherFreeSelf({ alpha: 2 })).toThrow('alpha must be at least 0 and at most 1, got 2');
    expect(() => teacherFreeRegularization({ temperature: 0 })).toThrow('temperature must be above 0, got 0');
    const scheduled = teacherFreeRegularization({ temperature: () => -1 });
    expect(() => scheduled.scalars.temperature!(at)).toThrow('temperature must be above 0, got -1');
    expect(() => teacherFreeRegularization({ correctProbability: 1, variant: 'paper' })).toThrow('below 1');
    expect(() => teacherFreeRegularization({ correctProbability: 1 })).not.toThrow();
  });
});

describe('crossEntropy', () => {
  it('smooths over all classes, or over the others alone', () => {
    const smoothed = (smoothingOver: 'all' | 'others'): number =>
      value(lossOf(crossEntropy({ labelSmoothing: 0.3, smoothingOver })).total);
    const losses = [1, 0, -2].map((logit) => hard(logit));
    expect(smoothed('all')).toBeCloseTo(0.7 * losses[1]! + 0.1 * (losses[0]! + losses[1]! + losses[2]!), 5);
    expect(smoothed('others')).toBeCloseTo(0.7 * losses[1]! + 0.15 * (losses[0]! + losses[2]!), 5);
    expect(crossEntropy({ smoothingOver: 'others' }).config).not.toEqual(crossEntropy().config);
    function hard(logit: number): number {
      return Math.log(Math.E + 1 + Math.exp(-2)) - logit;
    }
  });
});
