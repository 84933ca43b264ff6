import { createTfjsBackend } from 'kd-backend-tfjs';
import { prngKey } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { descend, randomContext, tapGradients } from '../../testing/random-context.ts';
import type { Method, MethodShapes } from '../method.ts';
import { checkRequirements } from '../requirements.ts';
import { afd } from './afd.ts';
import { type RtkOptions, rtk } from './rtk.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

const taps = {
  student: { block1: [4, 4, 2], block2: [2, 2, 3] },
  teacher: { block1: [4, 4, 3], block2: [2, 2, 4], block3: [2, 2, 4] },
} as const;
const shapes: MethodShapes = {
  student: { classes: 2, taps: { ...taps.student, pooled: [3] } },
  teachers: [{ classes: 2, taps: taps.teacher }],
};
const studentTaps = Object.keys(taps.student);
const teacherTaps = Object.keys(taps.teacher);

/** The loss, and its gradient by the taps of the student. */
function evaluate(method: Method): { loss: number; student: Record<string, number[]> } {
  const { loss, student } = tapGradients(method, randomContext(method, shapes, 4));
  return { loss, student };
}

const variant = (options: Partial<RtkOptions>): Method => rtk({ studentTaps, teacherTaps, ...options });

describe('afd and rtk', () => {
  it('rtk with teacher queries and without selection is AFD', () => {
    const asAfd = variant({ direction: 'teacher-query', select: 'none' });
    expect(evaluate(asAfd)).toEqual(evaluate(afd({ studentTaps, teacherTaps })));
    // A threshold of 0 selects everything.
    const unselective = evaluate(variant({ direction: 'teacher-query', threshold: 0 }));
    expect(unselective.loss).toBeCloseTo(evaluate(asAfd).loss, 6);
  });

  it('every option of rtk makes a difference', () => {
    const losses = [
      {},
      { direction: 'teacher-query' } as const,
      { select: 'none' } as const,
      { select: 'topk' } as const,
      { select: 'topk', count: 2 } as const,
      { similarity: 'cosine' } as const,
      { dimension: 8 },
    ].map((options) => evaluate(variant(options)).loss);
    expect(losses.every((loss) => loss > 0)).toBe(true);
    expect(new Set(losses).size).toBe(losses.length);
  });

  it.each([
    ['afd', afd({ studentTaps, teacherTaps })],
    ['rtk', variant({})],
  ])('%s teaches the student and its own parts', (_, method) => {
    const context = randomContext(method, shapes, 4);
    const { student } = tapGradients(method, context);
    for (const tap of studentTaps)
      expect(
        student[tap]!.some((each) => each !== 0),
        tap,
      ).toBe(true);
    const [before, after] = descend(method, context, 0.01);
    expect(after).toBeLessThan(before);
  });

  it('has the variables and costs that its layers need', () => {
    const method = afd({ studentTaps, teacherTaps, dimension: 6 });
    const { params, state } = method.init(prngKey(1), shapes);
    expect(params).toMatchObject({
      query0: { dense: { kernel: { shape: [3, 6] }, bias: { shape: [6] } } },
      key1: { dense: { kernel: { shape: [3, 6] } } },
      bilinear: { dense: { kernel: { shape: [6, 18] } } },
      positions: { queries: { shape: [3, 6] }, keys: { shape: [2, 6] } },
    });
    expect(Object.keys(state)).toEqual(['query0', 'query1', 'query2', 'key0', 'key1', 'bilinear']);
    // Layers 6 (3 + 4 + 4 + 2 + 3), the bilinear map 6 * 18 for two keys, the products 3 * 2 * 6.
    expect(method.macs!(shapes)).toBe(96 + 216 + 36);
  });

  it('refuses what it cannot use before anything runs', () => {
    expect(() => afd({ studentTaps: [], teacherTaps })).toThrow(/studentTaps must name at least one tap/);
    expect(() => afd({ studentTaps, teacherTaps: ['a', 'a'] })).toThrow(/none twice, got \[a, a\]/);
    expect(() => afd({ studentTaps, teacherTaps, dimension: 0 })).toThrow(/dimension/);
    expect(() => afd({ studentTaps: ['pooled'], teacherTaps }).init(prngKey(1), shapes)).toThrow(
      "the tap 'pooled' of the student has shape [3]",
    );
    expect(() => variant({ threshold: -1 })).toThrow(/threshold must be finite and at least 0, got -1/);
    expect(() => variant({ count: 0 })).toThrow(/count/);
    expect(() => variant({ select: 'some' as never })).toThrow(/none, threshold, topk, got some/);
    const method = afd({ studentTaps, teacherTaps: ['block4'] });
    expect(() => checkRequirements(method, shapes)).toThrow("needs the tap 'block4' of teacher 0");
    expect(method.requires.smallestBatch).toBe(2);
  });
});
