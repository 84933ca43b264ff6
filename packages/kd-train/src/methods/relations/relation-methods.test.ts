import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  correlationCongruenceLoss,
  prngKey,
  relationalAngleLoss,
  relationalDistanceLoss,
  representationCorrelationLoss,
  representationMutualInformationLoss,
} from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { descend, randomContext, tapGradients } from '../../testing/random-context.ts';
import type { Method, MethodContext, MethodShapes } from '../method.ts';
import { correlationCongruence } from './correlation-congruence.ts';
import { ickd } from './ickd.ts';
import { itrd } from './itrd.ts';
import { kdsvd } from './kdsvd.ts';
import { nst } from './nst.ts';
import { pkt } from './pkt.ts';
import { rkd } from './rkd.ts';
import { similarityPreserving } from './similarity-preserving.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

const shapes: MethodShapes = {
  student: { classes: 2, taps: { stage1: [4, 4, 2], stage2: [2, 2, 3], pooled: [3] } },
  teachers: [{ classes: 2, taps: { stage1: [4, 4, 3], stage2: [2, 2, 4], pooled: [4], short: [3] } }],
};
const batch = 4;
const maps = { studentTap: 'stage2', teacherTap: 'stage2' };
const pairs = ['stage1', 'stage2'].map((tap) => ({ student: tap, teacher: tap }));

const methods: readonly [Method, readonly string[]][] = [
  [similarityPreserving(maps), ['stage2']],
  [correlationCongruence(), ['pooled']],
  [correlationCongruence({ variant: 'torchdistill' }), ['pooled']],
  [correlationCongruence({ variant: 'repdistiller', embeddingSize: 5 }), ['pooled']],
  [rkd(), ['pooled']],
  [pkt(), ['pooled']],
  [itrd(), ['pooled']],
  [ickd(maps), ['stage2']],
  [nst({ pairs }), ['stage1', 'stage2']],
  [kdsvd({ pairs, orientation: 'width' }), ['stage1', 'stage2']],
];

const termsOf = (method: Method, context: MethodContext): Record<string, number> =>
  Object.fromEntries(
    Object.entries(method.loss(context).terms).map(([name, term]) => [name, term.dataSync()[0]!]),
  );

const numberOf = (x: Tensor): number => x.dataSync()[0]!;

describe('methods on relations', () => {
  it.each(methods.map(([method, taps]) => [method.name, method, taps] as const))(
    '%s reads the taps that it requires, and teaches the student but not the teacher',
    (_, method, taps) => {
      expect(method.requires.student).toEqual(taps);
      expect(method.requires.teachers).toEqual([{ taps, sameClasses: false }]);
      const { student, teacher } = tapGradients(method, randomContext(method, shapes, batch));
      for (const [tap, gradient] of Object.entries(student)) {
        expect(
          gradient.some((each) => each !== 0),
          tap,
        ).toBe(taps.includes(tap));
      }
      expect(
        Object.values(teacher)
          .flat()
          .every((each) => each === 0),
      ).toBe(true);
    },
  );

  it('those that compare samples need two, those that compare channels do not', () => {
    const smallest = (method: Method): number => method.requires.smallestBatch ?? 1;
    expect(methods.map(([method]) => smallest(method))).toEqual([2, 2, 2, 2, 2, 2, 2, 1, 1, 1]);
  });

  it.each([
    ['correlationCongruence', correlationCongruence({ variant: 'repdistiller', embeddingSize: 5 })],
    ['itrd', itrd()],
    ['ickd', ickd(maps)],
  ])('%s trains its own parts', (_, method) => {
    const [before, after] = descend(method, randomContext(method, shapes, batch), 1e-3);
    expect(after).toBeLessThan(before);
  });

  it('rkd weighs its two terms, and leaves out those without a weight', () => {
    const context = randomContext(rkd(), shapes, batch);
    const features = {
      studentFeature: context.student.taps.pooled!,
      teacherFeature: context.teachers[0]!.taps.pooled!,
    };
    const [distance, angle] = [relationalDistanceLoss(features), relationalAngleLoss(features)].map(numberOf);
    const both = rkd({ distanceWeight: 2, angleWeight: 3 });
    expect(termsOf(both, context)).toEqual({ distance, angle });
    expect(numberOf(both.loss(context).total)).toBeCloseTo(2 * distance! + 3 * angle!, 5);
    expect(Object.keys(termsOf(rkd({ distanceWeight: 0 }), context))).toEqual(['angle']);
    expect(() => rkd({ distanceWeight: 0, angleWeight: 0 })).toThrow(/not both be 0/);
    expect(() => rkd({ angleWeight: -1 })).toThrow(/angleWeight .* got -1/);
  });

  it('itrd has a head only where something passes it', () => {
    const equal = { teacherTap: 'short' };
    const features = (method: Method) => {
      const context = randomContext(method, shapes, batch);
      return { context, params: context.variables.params };
    };
    const mutual = itrd({ ...equal, correlationWeight: 0 });
    const { context, params } = features(mutual);
    expect(params).toEqual({});
    const pair = {
      studentFeature: context.student.taps.pooled!,
      teacherFeature: context.teachers[0]!.taps.short!,
    };
    expect(termsOf(mutual, context)).toEqual({
      mutualInformation: numberOf(representationMutualInformationLoss(pair)),
    });
    // With a head that changes nothing both terms see the student's vector.
    const whole = itrd({ ...equal, alpha: 1.2 });
    const identity = {
      linear: { kernel: tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3]), bias: tensor([0, 0, 0]) },
    };
    expect(termsOf(whole, { ...context, variables: { params: identity, state: {} } })).toEqual({
      correlation: numberOf(representationCorrelationLoss({ ...pair, alpha: 1.2 })),
      mutualInformation: numberOf(representationMutualInformationLoss(pair)),
    });
    expect(itrd({ correlationWeight: 0 }).init(prngKey(0), shapes).params).toMatchObject({
      linear: { kernel: { shape: [3, 4] } },
    });
  });

  it('correlationCongruence passes its options to the loss of its variant', () => {
    const context = randomContext(correlationCongruence(), shapes, batch);
    const pair = {
      studentFeature: context.student.taps.pooled!,
      teacherFeature: context.teachers[0]!.taps.pooled!,
    };
    const total = (method: Method): number => numberOf(method.loss(context).total);
    expect(total(correlationCongruence({ gamma: 0.6, order: 3 }))).toBe(
      numberOf(correlationCongruenceLoss({ ...pair, gamma: 0.6, order: 3 })),
    );
    expect(total(correlationCongruence({ variant: 'torchdistill', kernel: 'bilinear' }))).toBe(
      numberOf(
        correlationCongruenceLoss({ ...pair, variant: 'reference', kernel: 'bilinear', normalize: false }),
      ),
    );
    expect(() => correlationCongruence({ gamma: 0 })).toThrow(/gamma .* got 0/);
    expect(() => correlationCongruence({ order: 0 })).toThrow(/order .* got 0/);
  });

  it('counts the multiply-accumulates of a batch', () => {
    const macs = (method: Method): number => method.macs!({ ...shapes, batchSize: batch });
    expect(macs(similarityPreserving(maps))).toBe(16 * (12 + 16));
    expect(macs(pkt())).toBe(16 * (3 + 4));
    expect(macs(rkd({ angleWeight: 0 }))).toBe(16 * (3 + 4));
    expect(macs(rkd({ distanceWeight: 0 }))).toBe(64 * (3 + 4));
    expect(macs(correlationCongruence({ variant: 'repdistiller', embeddingSize: 5 }))).toBe(4 * 5 * (3 + 4));
    expect(macs(itrd())).toBe(4 * 12 + 2 * 16 * 4);
    // The convolution at 4 positions, and 4 x 4 products of channels at 4 positions of either map.
    expect(macs(ickd(maps))).toBe(4 * (4 * 12 + 8 * 16));
    expect(macs(nst({ pairs: [pairs[1]!] }))).toBe(4 * 4 * (9 + 16 + 12));
    expect(macs(kdsvd({ pairs, orientation: 'width', iterations: 2 }))).toBeGreaterThan(0);
  });

  it.each([
    [
      'nst',
      () => nst({ pairs: [{ student: 'pooled', teacher: 'stage1' }] }),
      /'pooled' of the student has shape \[3\]/,
    ],
    ['ickd', () => ickd({ studentTap: 'stage1', teacherTap: 'pooled' }), /'pooled' of teacher 0 \[4\]/],
    ['itrd', () => itrd({ studentTap: 'stage1' }), /vectors.*\[4, 4, 2\]/],
    [
      'correlationCongruence',
      () => correlationCongruence({ variant: 'repdistiller', studentTap: 'stage1' }),
      /vectors.*\[4, 4, 2\]/,
    ],
    ['kdsvd', () => kdsvd({ pairs }), /equal channels.*\[4, 4, 2\].*\[4, 4, 3\]/],
  ])('%s refuses what it cannot pair before anything runs', (_, method, message) => {
    expect(() => method().init(prngKey(0), shapes)).toThrow(message);
  });

  it('nst refuses maps of equal height that differ in width', () => {
    const wide: MethodShapes = { ...shapes, student: { classes: 2, taps: { stage1: [4, 5, 2] } } };
    const method = nst({ pairs: [{ student: 'stage1', teacher: 'stage1' }] });
    expect(() => method.init(prngKey(0), wide)).toThrow(/equal heights/);
    expect(() => nst({ pairs: [] })).toThrow(/at least one pair/);
  });

  it('kdsvd refuses numbers that make no decomposition', () => {
    expect(() => kdsvd({ pairs: pairs.slice(1) })).toThrow(/two pairs .* got 1/);
    expect(() => kdsvd({ pairs, vectors: 0 })).toThrow(/vectors .* got 0/);
    expect(() => kdsvd({ pairs, iterations: 1 })).toThrow(/iterations .* got 1/);
  });
});
