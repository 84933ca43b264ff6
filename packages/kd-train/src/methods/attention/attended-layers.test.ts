import { type Tensor, type Tensor4D, tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type HostTensor, prngKey, randomNormal, treeMap, valueAndGradient } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Method, MethodContext, MethodShapes, NetworkOutput } from '../method.ts';
import { checkRequirements } from '../requirements.ts';
import { afd } from './afd.ts';
import { type RtkOptions, rtk } from './rtk.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

const BATCH = 4;
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

const toTensor = (leaf: HostTensor): Tensor => tensor(leaf.data, [...leaf.shape]);

function output(maps: Readonly<Record<string, readonly number[]>>, seed: number): NetworkOutput {
  return {
    logits: tensor2d(new Float32Array(2 * BATCH), [BATCH, 2]),
    taps: Object.fromEntries(
      Object.entries(maps).map(([tap, shape], index) => [
        tap,
        toTensor(randomNormal(prngKey(seed + index), [BATCH, ...shape])),
      ]),
    ),
  };
}

function contextFor(method: Method): MethodContext {
  const { params, state } = method.init(prngKey(7), shapes);
  return {
    student: output(taps.student, 1),
    teachers: [output(taps.teacher, 20)],
    labels: tensor1d(new Int32Array(BATCH), 'int32'),
    indices: tensor1d(new Int32Array(BATCH), 'int32'),
    views: {},
    draws: {},
    scalars: {},
    variables: { params: treeMap(params, toTensor), state: treeMap(state, toTensor) },
  };
}

/** The loss, and its gradient by the first map of the student and of the teacher. */
function evaluate(method: Method): { loss: number; gradients: readonly number[][] } {
  const context = contextFor(method);
  const { value, gradient } = valueAndGradient(
    ({ ours, theirs }: { ours: Tensor; theirs: Tensor }) => ({
      value: method.loss({
        ...context,
        student: { ...context.student, taps: { ...context.student.taps, block1: ours } },
        teachers: [
          { ...context.teachers[0]!, taps: { ...context.teachers[0]!.taps, block1: theirs as Tensor4D } },
        ],
      }).total,
      aux: [],
    }),
    { ours: context.student.taps.block1!, theirs: context.teachers[0]!.taps.block1! },
  );
  return {
    loss: value.dataSync()[0]!,
    gradients: [gradient.ours, gradient.theirs].map((each) => Array.from(each.dataSync())),
  };
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

  it('teaches the student, and its own parts, but not the teacher', () => {
    for (const method of [afd({ studentTaps, teacherTaps }), variant({})]) {
      const [ours, theirs] = evaluate(method).gradients;
      expect(ours!.some((each) => each !== 0)).toBe(true);
      // Through the attention alone, as the features themselves are detached.
      expect(theirs!.every(Number.isFinite)).toBe(true);
      const context = contextFor(method);
      const { value, gradient } = valueAndGradient(
        (params: MethodContext['variables']['params']) => ({
          value: method.loss({ ...context, variables: { ...context.variables, params } }).total,
          aux: [],
        }),
        context.variables.params,
      );
      const moved = treeMap(context.variables.params, (leaf: Tensor) => leaf);
      const step = (rate: number): number => {
        const params = stepped(moved, gradient, rate);
        return method.loss({ ...context, variables: { ...context.variables, params } }).total.dataSync()[0]!;
      };
      expect(step(0.01)).toBeLessThan(value.dataSync()[0]!);
    }
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

function stepped(
  params: MethodContext['variables']['params'],
  gradient: MethodContext['variables']['params'],
  rate: number,
): MethodContext['variables']['params'] {
  if (isLeaf(params)) {
    const [at, slope] = [params.dataSync(), (gradient as Tensor).dataSync()];
    return tensor(
      at.map((value, index) => value - rate * slope[index]!),
      params.shape,
    );
  }
  const entries = Object.entries(params as Record<string, MethodContext['variables']['params']>);
  const slopes = gradient as Record<string, MethodContext['variables']['params']>;
  return Object.fromEntries(entries.map(([name, part]) => [name, stepped(part, slopes[name]!, rate)]));
}

function isLeaf(tree: unknown): tree is Tensor {
  return typeof (tree as Tensor).dataSync === 'function';
}
