import { type Scalar, scalar, type Tensor, tensor1d, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { prngKey } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  attentionTransfer,
  checkRequirements,
  crossEntropy,
  fitnet,
  hinton,
  type Method,
  type MethodContext,
  type MethodShapes,
  scheduleTime,
  sum,
  weight,
} from '../index.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

const shapes: MethodShapes = {
  student: { classes: 2, taps: { stage1: [4, 4, 2], stage2: [2, 2, 3], pooled: [3] } },
  teachers: [{ classes: 2, taps: { stage1: [4, 4, 5], stage2: [2, 2, 4], pooled: [4] } }],
};

/** A context with the scalars that `method` declares, at step 0. */
function contextFor(method: Method): MethodContext {
  const at = scheduleTime(0, { stepsPerEpoch: 1, totalSteps: 1 });
  return {
    student: { logits: tensor2d([[1, 0]]), taps: {} },
    teachers: [
      { logits: tensor2d([[0, 3]]), taps: {} },
      { logits: tensor2d([[2, 0]]), taps: {} },
    ],
    labels: tensor1d([1], 'int32'),
    indices: tensor1d([0], 'int32'),
    views: {},
    draws: {},
    scalars: Object.fromEntries(
      Object.entries(method.scalars).map(([name, schedule]) => [name, scalar(schedule(at))]),
    ),
    variables: method.init(prngKey(0), shapes) as unknown as MethodContext['variables'],
  };
}

const value = (tensor: Scalar): number => tensor.dataSync()[0]!;

/** Cross entropy of [1, 0] with class 1. */
const CROSS_ENTROPY = Math.log(1 + Math.E);

/** T^2 KL of two-class logits, whose difference alone matters. */
function hintonByHand(teacher: number, student: number, temperature: number): number {
  const p = 1 / (1 + Math.exp(-teacher / temperature));
  const q = 1 / (1 + Math.exp(-student / temperature));
  return temperature ** 2 * (p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q)));
}

describe('methods', () => {
  it('weighs and adds, and reports the terms without their weights', () => {
    const method = sum([weight(0.1, crossEntropy()), weight(0.9, hinton({ temperature: 2 }))]);
    const result = method.loss(contextFor(method));
    const expected = hintonByHand(-3, 1, 2);
    expect(Object.keys(result.terms)).toEqual(['crossEntropy', 'hinton']);
    expect(value(result.terms.crossEntropy!)).toBeCloseTo(CROSS_ENTROPY, 5);
    expect(value(result.terms.hinton!)).toBeCloseTo(expected, 5);
    expect(value(result.total)).toBeCloseTo(0.1 * CROSS_ENTROPY + 0.9 * expected, 5);
  });

  it('keeps names apart: two teachers, weights of weights, sums of sums', () => {
    const two = sum([
      hinton({ temperature: 2 }),
      weight(3, weight(0.5, hinton({ temperature: 5, teacher: 1 }))),
    ]);
    const method = sum([two, crossEntropy()]);
    expect(Object.keys(method.scalars).sort()).toEqual([
      'sum/hinton/temperature',
      'sum/hinton2/temperature',
      'sum/hinton2/weight',
      'sum/hinton2/weight2',
    ]);
    const result = method.loss(contextFor(method));
    expect(Object.keys(result.terms)).toEqual(['sum/hinton', 'sum/hinton2', 'crossEntropy']);
    const [first, second] = [hintonByHand(-3, 1, 2), hintonByHand(2, 1, 5)];
    expect(value(result.terms['sum/hinton2']!)).toBeCloseTo(second, 5);
    expect(value(result.total)).toBeCloseTo(first + 1.5 * second + CROSS_ENTROPY, 5);
  });

  it('takes schedules for temperatures and weights', () => {
    const method = sum([weight(({ step }) => step / 10, hinton({ temperature: ({ epoch }) => 1 + epoch }))]);
    const at = scheduleTime(7, { stepsPerEpoch: 2, totalSteps: 10 });
    expect(method.scalars['hinton/weight']!(at)).toBe(0.7);
    expect(method.scalars['hinton/temperature']!(at)).toBe(4);
    expect(() => hinton({ temperature: () => 0 }).scalars.temperature!(at)).toThrow(/above 0, got 0/);
  });

  it('gives each part of a sum variables of its own', () => {
    const method = sum([fitnet(), crossEntropy(), fitnet({ studentTap: 'stage1', teacherTap: 'stage1' })]);
    const { params, state } = method.init(prngKey(1), shapes);
    expect(params).toMatchObject({
      fitnet: { convolution: { kernel: { shape: [1, 1, 3, 4] } } },
      crossEntropy: {},
      fitnet2: { convolution: { kernel: { shape: [1, 1, 2, 5] } } },
    });
    expect(Object.keys(state)).toEqual(['fitnet', 'crossEntropy', 'fitnet2']);
  });

  it('passes the tapped features of the named pairs to attention transfer', () => {
    const method = attentionTransfer({ pairs: [{ student: 'stage1', teacher: 'stage1' }] });
    const onePixel = (hot: number, channels: number): Tensor =>
      tensor4d(
        Array.from({ length: 4 * channels }, (_, index) => (Math.floor(index / channels) === hot ? 1 : 0)),
        [1, 2, 2, channels],
      );
    const attend = (student: number, teacher: number): number => {
      const context = contextFor(method);
      return value(
        method.loss({
          ...context,
          student: { ...context.student, taps: { stage1: onePixel(student, 2) } },
          teachers: [{ ...context.teachers[0]!, taps: { stage1: onePixel(teacher, 3) } }],
        }).total,
      );
    };
    // Normalised maps are unit vectors: equal, or apart by 1 in two of four places.
    expect(attend(2, 2)).toBeCloseTo(0, 6);
    expect(attend(0, 3)).toBeCloseTo(2 / 4, 5);
  });

  it('names the missing tap, teacher or class before anything runs', () => {
    const check =
      (method: Method, given: MethodShapes = shapes): (() => void) =>
      () =>
        checkRequirements(method, given);
    expect(check(sum([fitnet(), hinton()]))).not.toThrow();
    expect(check(fitnet({ studentTap: 'stage9' }))).toThrow(
      "needs the tap 'stage9' of the student, which has: stage1, stage2, pooled",
    );
    expect(check(weight(2, fitnet({ teacherTap: 'x' })))).toThrow("needs the tap 'x' of teacher 0");
    expect(check(hinton({ teacher: 1 }))).toThrow('needs 2 teacher(s), but 1 were given');
    const otherClasses = { ...shapes, teachers: [{ ...shapes.teachers[0]!, classes: 10 }] };
    expect(check(sum([crossEntropy(), hinton()]), otherClasses)).toThrow(
      'teacher 0 has 10 classes and the student 2',
    );
    expect(check(fitnet(), otherClasses)).not.toThrow();
    expect(() =>
      attentionTransfer({ pairs: [{ student: 'pooled', teacher: 'pooled' }] }).init(prngKey(0), shapes),
    ).toThrow("cannot pair the tap 'pooled' of the student [3] with 'pooled' of teacher 0 [4]");
  });

  it('refuses settings out of range', () => {
    expect(() => sum([])).toThrow(/at least one method/);
    expect(() => hinton({ temperature: 0 })).toThrow(/above 0/);
    expect(() => hinton({ teacher: -1 })).toThrow(/index of a teacher/);
    expect(() => crossEntropy({ labelSmoothing: 1 })).toThrow(/\[0, 1\)/);
    expect(() => attentionTransfer({ pairs: [] })).toThrow(/at least one pair/);
    expect(() => weight(Number.NaN, crossEntropy())).toThrow(/weight of 'crossEntropy'/);
  });
});
