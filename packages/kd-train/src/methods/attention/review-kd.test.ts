import { createTfjsBackend } from 'kd-backend-tfjs';
import { prngKey } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { scheduleTime } from '../../schedules/schedule.ts';
import { descend, randomContext, tapGradients } from '../../testing/random-context.ts';
import type { MethodShapes } from '../method.ts';
import { reviewKd } from './review-kd.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

const shapes: MethodShapes = {
  student: { classes: 2, taps: { stage1: [4, 4, 2], stage2: [2, 2, 3], pooled: [4] } },
  teachers: [
    {
      classes: 2,
      taps: { 'stage1.preactivation': [8, 8, 3], 'stage2.preactivation': [4, 4, 5], pooled: [6] },
    },
  ],
};
const taps = {
  studentTaps: ['stage1', 'stage2'],
  teacherTaps: ['stage1.preactivation', 'stage2.preactivation'],
};

describe('reviewKd', () => {
  it('takes channels and sizes from the taps, deepest level first', () => {
    const { params } = reviewKd(taps).init(prngKey(1), shapes);
    expect(params).toMatchObject({
      reduction0: { convolution: { kernel: { shape: [1, 1, 4, 4] } } },
      reduction2: { convolution: { kernel: { shape: [1, 1, 2, 4] } } },
      attention1: { convolution: { kernel: { shape: [1, 1, 8, 2] } } },
      output0: { convolution: { kernel: { shape: [3, 3, 4, 6] } } },
      output2: { convolution: { kernel: { shape: [3, 3, 4, 3] } } },
    });
    expect(params).not.toHaveProperty('attention0');
    const wide = {
      ...shapes,
      student: { ...shapes.student, taps: { ...shapes.student.taps, pooled: [900] } },
    };
    expect(reviewKd(taps).init(prngKey(1), wide).params).toMatchObject({
      reduction0: { convolution: { kernel: { shape: [1, 1, 900, 512] } } },
    });
    expect(reviewKd({ ...taps, channels: 3 }).init(prngKey(1), shapes).params).toMatchObject({
      attention1: { convolution: { kernel: { shape: [1, 1, 6, 2] } } },
    });
  });

  it('has as many parameters as the authors count for resnet32x4 to resnet8x4', () => {
    const levels = { stage1: [32, 32, 64], stage2: [16, 16, 128], stage3: [8, 8, 256], pooled: [256] };
    const network = { classes: 100, taps: levels };
    const { params } = reviewKd({
      studentTaps: ['stage1', 'stage2', 'stage3'],
      teacherTaps: ['stage1', 'stage2', 'stage3'],
    }).init(prngKey(1), { student: network, teachers: [network] });
    expect(elements(params)).toBe(1808774);
  });

  it('grows to its full weight over the first epochs', () => {
    const at = (epoch: number): number =>
      reviewKd(taps).scalars.warmup!(scheduleTime(epoch, { stepsPerEpoch: 1, totalSteps: 100 }));
    expect([0, 9, 19, 50].map(at)).toEqual([0.05, 0.5, 1, 1]);
    expect(
      reviewKd({ ...taps, warmupEpochs: 0 }).scalars.warmup!(
        scheduleTime(0, { stepsPerEpoch: 1, totalSteps: 1 }),
      ),
    ).toBe(1);
  });

  it('teaches every level of the student, its own parts, and not the teacher', () => {
    const method = reviewKd(taps);
    const context = randomContext(method, shapes, 3);
    const { loss, student, teacher } = tapGradients(method, context);
    const result = method.loss(context);
    expect(result.terms.reviewKD!.dataSync()[0]! / 20).toBeCloseTo(loss, 6);
    for (const [tap, gradient] of Object.entries(student)) {
      expect(
        gradient.some((each) => each !== 0),
        tap,
      ).toBe(true);
    }
    for (const gradient of Object.values(teacher)) expect(gradient.every((each) => each === 0)).toBe(true);
    const [before, after] = descend(method, context, 0.1);
    expect(after).toBeLessThan(before);
  });

  it('refuses what it cannot pair', () => {
    expect(() => reviewKd({ ...taps, studentTaps: ['stage1'] })).toThrow(
      /got 1 \(stage1\) and 2 \(stage1.preactivation, stage2.preactivation\)/,
    );
    expect(() => reviewKd({ studentTaps: [], teacherTaps: [] })).toThrow(/at least one tap/);
    expect(() => reviewKd({ ...taps, channels: 0 })).toThrow(/channels/);
    expect(() => reviewKd({ ...taps, warmupEpochs: -1 })).toThrow(/warmupEpochs/);
    const flat = {
      ...shapes,
      student: { ...shapes.student, taps: { ...shapes.student.taps, stage1: [4, 4] } },
    };
    expect(() => reviewKd(taps).init(prngKey(1), flat)).toThrow(
      "the tap 'stage1' of the student has shape [4, 4]",
    );
  });
});

function elements(tree: unknown): number {
  const { shape } = tree as { readonly shape?: readonly number[] };
  if (shape !== undefined) return shape.reduce((a, b) => a * b);
  return Object.values(tree as object).reduce((total: number, part) => total + elements(part), 0);
}
