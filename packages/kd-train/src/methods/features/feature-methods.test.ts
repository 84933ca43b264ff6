import {
  add,
  mul,
  type Scalar,
  sub,
  sum as sumOf,
  type Tensor,
  tensor,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  activationBoundaryLoss,
  type Batch,
  HostTensor,
  type ModelVariables,
  overhaulLoss,
  prngKey,
  randomNormal,
  type Tree,
  treeMap,
  treeMap2,
  treePaths,
  valueAndGradient,
} from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Method, MethodContext, MethodShapes } from '../method.ts';
import { checkRequirements } from '../requirements.ts';
import { activationBoundary } from './activation-boundary.ts';
import { attentionTransfer } from './attention-transfer.ts';
import { factorTransfer } from './factor-transfer.ts';
import { fitnet } from './fitnet.ts';
import { fsp } from './fsp.ts';
import { mgd } from './mgd.ts';
import { ofd } from './ofd.ts';
import { vid } from './vid.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

const BATCH = 3;
type Maps = Readonly<Record<string, readonly number[]>>;

const student: Maps = { stage1: [4, 4, 2], stage2: [2, 2, 3] };
const teacher: Maps = { stage1: [4, 4, 3], stage2: [2, 2, 4] };
const alike: Maps = { stage1: [4, 4, 2], stage2: [4, 4, 4] };
const pairs = Object.keys(student).map((tap) => ({ student: tap, teacher: tap }));
const norms = { stage1: 'norm1', stage2: 'stage2/norm' };

function shapesOf(theirs: Maps = teacher, ours: Maps = student): MethodShapes {
  return {
    student: { classes: 2, taps: ours },
    teachers: [{ classes: 2, taps: theirs, tapNorms: norms }],
    batchSize: BATCH,
  };
}

const toTensor = (leaf: HostTensor): Tensor => tensor(leaf.data, [...leaf.shape]);
const maps = (shapes: Maps, seed: number): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(shapes).map(([tap, shape], index) => [
      tap,
      toTensor(randomNormal(prngKey(seed + index), [BATCH, ...shape])),
    ]),
  );
const batch: Batch = {
  images: new HostTensor(new Float32Array(BATCH), [BATCH, 1, 1, 1]),
  labels: new HostTensor(new Int32Array(BATCH), [BATCH], 'int32'),
  indices: new HostTensor(new Int32Array(BATCH), [BATCH], 'int32'),
};

function contextFor(
  method: Method,
  { theirs = teacher, variables }: { theirs?: Maps; variables?: ModelVariables<HostTensor> } = {},
): MethodContext {
  const shapes = shapesOf(theirs);
  checkRequirements(method, shapes);
  const { params, state } = variables ?? method.init(prngKey(5), shapes);
  const drawn = method.draw?.({ key: prngKey(9), batch, shapes }) ?? {};
  const vector = (length: number, value: number): Tensor => tensor1d(new Array<number>(length).fill(value));
  const norm = (channels: number) => ({ scale: vector(channels, -2), offset: vector(channels, 0) });
  return {
    student: { logits: tensor2d(new Float32Array(2 * BATCH), [BATCH, 2]), taps: maps(student, 1) },
    teachers: [
      {
        logits: tensor2d(new Float32Array(2 * BATCH), [BATCH, 2]),
        taps: maps(theirs, 30),
        shapes: shapes.teachers[0]!,
        variables: {
          params: { norm1: norm(theirs.stage1![2]!), stage2: { norm: norm(theirs.stage2![2]!) } },
          state: {},
        },
      },
    ],
    labels: tensor1d(new Int32Array(BATCH), 'int32'),
    indices: tensor1d(new Int32Array(BATCH), 'int32'),
    views: {},
    scalars: {},
    draws: Object.fromEntries(Object.entries(drawn).map(([name, value]) => [name, toTensor(value)])),
    variables: { params: treeMap(params, toTensor), state: treeMap(state, toTensor) },
  };
}

const value = (x: Tensor): number => x.dataSync()[0]!;

interface Learnt {
  readonly taps: Record<string, Tensor>;
  readonly params: Tree<Tensor>;
}

/** The loss and its gradient by the maps of the student and the method's own parameters. */
function differentiate(method: Method, context: MethodContext, learnt: Learnt) {
  return valueAndGradient((given: Learnt) => {
    const { total, state } = method.loss({
      ...context,
      student: { ...context.student, taps: given.taps },
      variables: { ...context.variables, params: given.params },
    });
    return { value: total, aux: { state } };
  }, learnt as never) as unknown as {
    readonly value: Scalar;
    readonly gradient: Learnt;
    readonly reached: ReadonlySet<string>;
    readonly aux: { readonly state: Tree<Tensor> };
  };
}

const lastMaps = { studentTap: 'stage2', teacherTap: 'stage2' };
const oneStage: readonly { readonly method: Method; readonly theirs?: Maps }[] = [
  { method: fitnet() },
  { method: attentionTransfer({ pairs }) },
  { method: fsp({ pairs, warmUpEpochs: 0 }), theirs: { stage1: [2, 2, 2], stage2: [1, 1, 3] } },
  { method: activationBoundary({ pairs, warmUpEpochs: 0 }) },
  { method: vid({ pairs }) },
  { method: vid({ pairs }), theirs: { stage1: [2, 2, 3], stage2: [4, 4, 4] } },
  { method: factorTransfer(lastMaps) },
  {
    method: factorTransfer({ ...lastMaps, variant: 'reference' }),
    theirs: { stage1: [4, 4, 3], stage2: [3, 3, 6] },
  },
  { method: ofd({ pairs }) },
  { method: mgd(lastMaps) },
  { method: mgd({ ...lastMaps, mask: 'positions' }), theirs: student },
];

describe.each(oneStage)('$method.name', ({ method, theirs }) => {
  it('lowers its loss by a step along the gradient, and keeps the form of its state', () => {
    const context = contextFor(method, theirs === undefined ? {} : { theirs });
    const start = { taps: { ...context.student.taps }, params: context.variables.params };
    const before = differentiate(method, context, start);
    const step = (x: Tensor, gradient: Tensor): Tensor => sub(x, mul(gradient, 1e-3));
    const moved = treeMap2(
      start as unknown as Tree<Tensor>,
      before.gradient as unknown as Tree<Tensor>,
      step,
    ) as unknown as Learnt;
    const after = differentiate(method, context, moved);
    expect(value(after.value)).toBeLessThan(value(before.value));
    expect(treePaths(before.aux.state)).toEqual(treePaths(context.variables.state));
    // Nothing of its own is trained in vain.
    for (const path of treePaths(context.variables.params))
      expect(before.reached).toContain(`params/${path}`);
  });

  it('reports one term under its name', () => {
    const { total, terms } = method.loss(contextFor(method, theirs === undefined ? {} : { theirs }));
    expect(Object.keys(terms)).toEqual([method.name]);
    expect(value(terms[method.name]!)).toBe(value(total));
  });
});

describe('a stage of its own', () => {
  it.each([
    { method: fitnet({ warmUpEpochs: 4 }), alone: fitnet(), epochs: 4 },
    { method: fsp({ pairs }), alone: fsp({ pairs, warmUpEpochs: 0 }), epochs: 30 },
    {
      method: activationBoundary({ pairs }),
      alone: activationBoundary({ pairs, warmUpEpochs: 0 }),
      epochs: 30,
    },
  ])('of $method.name: the student goes on from there, without it', ({ method, alone, epochs }) => {
    expect(method.warmUp).toMatchObject({ epochs, keepsStudent: true });
    expect(method.warmUp!.method.config).toEqual(alone.config);
    expect(alone.warmUp).toBeUndefined();
    const { total, terms, state } = method.loss(contextFor(method));
    expect([value(total), terms, state]).toEqual([0, {}, {}]);
  });

  it('has whole epochs', () => {
    expect(() => fitnet({ warmUpEpochs: 1.5 })).toThrow(
      /warmUpEpochs must be a whole number of at least 0, got 1.5/,
    );
    expect(() => factorTransfer({ ...lastMaps, warmUpEpochs: 0 })).toThrow(
      /paraphraser must be trained first/,
    );
  });
});

describe('shapes that cannot be paired', () => {
  const differing: Maps = { stage1: [4, 3, 3], stage2: [2, 2, 4] };
  it.each<{ method: Method; theirs: Maps; reason: RegExp }>([
    {
      method: attentionTransfer({ pairs }),
      theirs: differing,
      reason: /heights are equal and their widths are not/,
    },
    {
      method: attentionTransfer({ pairs, variant: 'paper' }),
      theirs: { ...teacher, stage1: [8, 8, 3] },
      reason: /needs maps of equal height and width/,
    },
    { method: vid({ pairs }), theirs: differing, reason: /heights are equal/ },
    { method: fsp({ pairs, warmUpEpochs: 0 }), theirs: teacher, reason: /FSP matrices need equal channels/ },
    {
      method: mgd({ studentTap: 'stage1', teacherTap: 'stage1' }),
      theirs: { ...teacher, stage1: [2, 2, 3] },
      reason: /one height and one width/,
    },
    { method: ofd({ pairs }), theirs: { ...teacher, stage1: [3] }, reason: /both must be feature maps/ },
  ])('are refused by $method.name, with both', ({ method, theirs, reason }) => {
    const attempt = () => method.init(prngKey(0), shapesOf(theirs));
    expect(attempt).toThrow(reason);
    expect(attempt).toThrow(`'stage1' of teacher 0 [${theirs.stage1!.join(', ')}]`);
    expect(attempt).toThrow("the tap 'stage1' of the student [4, 4, 2]");
  });

  it('are refused by the connectors of activation boundaries', () => {
    const method = activationBoundary({ pairs, warmUpEpochs: 0 });
    expect(() => method.init(prngKey(0), shapesOf({ ...teacher, stage1: [7, 7, 3] }))).toThrow(
      /\[4, 4, 2\] to the teacher's \[7, 7, 3\]/,
    );
  });
});

describe('activationBoundary', () => {
  it('connects only what has another shape', () => {
    const method = activationBoundary({ pairs, warmUpEpochs: 0 });
    const { params } = method.init(prngKey(0), shapesOf({ ...student, stage2: [2, 2, 5] }));
    expect(Object.keys(params)).toEqual(['pair1']);
    const context = contextFor(method, { theirs: student });
    const expected = activationBoundaryLoss({
      studentFeatures: pairs.map((pair) => context.student.taps[pair.student]!),
      teacherFeatures: pairs.map((pair) => context.teachers[0]!.taps[pair.teacher]!),
    });
    expect(value(method.loss(context).total)).toBeCloseTo(value(expected), 5);
  });
});

describe('fsp', () => {
  it('counts the products of both networks, on the lower map', () => {
    const method = fsp({ pairs, warmUpEpochs: 0 });
    const shapes = shapesOf(alike, { ...alike, stage2: [2, 2, 4] });
    expect(method.macs!(shapes)).toBe(BATCH * (4 * 2 * 4 + 16 * 2 * 4));
  });
});

describe('vid', () => {
  it('starts at the variance it is given', () => {
    const { params } = vid({ pairs, initialVariance: 2 }).init(prngKey(0), shapesOf());
    const { logScales } = params as { logScales: Record<string, HostTensor> };
    expect(logScales.pair1!.shape).toEqual([4]);
    expect(Math.log(1 + Math.exp(logScales.pair1!.data[3]!)) + 1e-5).toBeCloseTo(2, 5);
    expect(() => vid({ pairs, initialVariance: 1e-6 })).toThrow(/variance must be/);
  });

  it('counts three products for each position of the lower map', () => {
    expect(vid({ pairs }).macs!(shapesOf())).toBe(BATCH * (16 * (2 * 3 + 9 + 9) + 4 * (3 * 4 + 16 + 16)));
  });
});

describe('factorTransfer', () => {
  const method = factorTransfer(lastMaps);
  const { method: first, keepsStudent } = method.warmUp!;

  it('first trains the paraphraser on the teacher alone, for a fresh student', () => {
    expect(keepsStudent).toBe(false);
    expect(first.requires.student).toEqual([]);
    const context = contextFor(first);
    const start = { taps: {}, params: context.variables.params };
    const before = differentiate(first, context, start);
    const params = treeMap2(start.params, before.gradient.params, (x, gradient) =>
      sub(x, mul(gradient, 0.05)),
    );
    expect(value(differentiate(first, context, { taps: {}, params }).value)).toBeLessThan(
      value(before.value),
    );
  });

  it('goes on with the encoder that the first stage leaves, and does not change it', () => {
    const warmedUp = first.init(prngKey(77), shapesOf());
    const variables = method.init(prngKey(5), shapesOf(), warmedUp);
    const { encoder } = warmedUp.params as { encoder: Tree<HostTensor> };
    expect((variables.state as { paraphraser: unknown }).paraphraser).toEqual(encoder);
    const context = contextFor(method, { variables });
    const { total, state } = method.loss(context);
    expect((state as { paraphraser: unknown }).paraphraser).toBe(
      (context.variables.state as { paraphraser: unknown }).paraphraser,
    );
    const fresh = contextFor(method);
    expect(value(method.loss(fresh).total)).not.toBeCloseTo(value(total), 6);
  });

  it('has factors of a share of the channels', () => {
    const { params } = factorTransfer({ ...lastMaps, factorShare: 0.75 }).init(prngKey(0), shapesOf());
    expect(params).toMatchObject({
      translator: {
        convolution1: { kernel: { shape: [3, 3, 3, 3] } },
        convolution2: { kernel: { shape: [3, 3, 3, 3] } },
        convolution3: { bias: { shape: [3] } },
      },
    });
    expect(() => factorTransfer({ ...lastMaps, factorShare: 0 })).toThrow(/factorShare/);
  });
});

describe('ofd', () => {
  const method = ofd({ pairs });

  it('needs the batch norms before the taps of the teacher, inside of the step', () => {
    const [without] = shapesOf().teachers.map(({ tapNorms: _, ...rest }) => rest);
    expect(() => checkRequirements(method, { ...shapesOf(), teachers: [without!] })).toThrow(
      /needs the batch norm before the tap 'stage1'/,
    );
    const context = contextFor(method);
    const outside = context.teachers.map(({ logits, taps }) => ({ logits, taps }));
    expect(() => method.loss({ ...context, teachers: outside })).toThrow(/runs inside of the step/);
  });

  it('takes margins from the batch norms', () => {
    // Where responses are N(0, 2^2), those below 0 have the mean -2 sqrt(2 / pi).
    const single = ofd({ pairs: [pairs[0]!] });
    const context = contextFor(single);
    const target = context.teachers[0]!.taps.stage1!;
    const margins = [tensor1d(new Array<number>(3).fill(-2 * Math.sqrt(2 / Math.PI)))];
    // With an offset only, the connector gives the same response everywhere.
    const constant = -0.4;
    const params = treeMap(context.variables.params, (leaf: Tensor, path) => {
      if (path.endsWith('offset')) return add(mul(leaf, 0), constant);
      return path.endsWith('scale') ? mul(leaf, 0) : leaf;
    });
    const everywhere = add(mul(target, 0), constant);
    const expected = overhaulLoss({ studentFeatures: [everywhere], teacherFeatures: [target], margins });
    const { total } = single.loss({ ...context, variables: { ...context.variables, params } });
    expect(value(total)).toBeCloseTo(value(expected), 3);
  });
});

describe('mgd', () => {
  const many: Batch = { ...batch, labels: new HostTensor(new Int32Array(500), [500], 'int32') };

  it.each([
    { mask: 'channels' as const, shape: [500, 1, 1, 4] },
    { mask: 'positions' as const, shape: [500, 2, 2, 1] },
  ])('hides $mask, the same for the same key', ({ mask, shape }) => {
    const method = mgd({ ...lastMaps, mask, maskedShare: 0.25 });
    const draw = (seed: number) =>
      method.draw!({ key: prngKey(seed), batch: many, shapes: shapesOf() }).kept!;
    const kept = draw(1);
    expect(kept.shape).toEqual(shape);
    expect(new Set(kept.data)).toEqual(new Set([0, 1]));
    const share = Array.from(kept.data).reduce((total, each) => total + each, 0) / kept.data.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
    expect(draw(1).data).toEqual(kept.data);
    expect(draw(2).data).not.toEqual(kept.data);
  });

  it('sends no gradient through what is hidden', () => {
    const method = mgd({ ...lastMaps, mask: 'positions' });
    const context = contextFor(method, { theirs: student });
    const kept = tensor([1, 0, 1, 1], [1, 2, 2, 1]);
    const { gradient } = differentiate(
      method,
      { ...context, draws: { kept } },
      { taps: { ...context.student.taps }, params: context.variables.params },
    );
    const perPosition = Array.from(
      sumOf(mul(gradient.taps.stage2!, gradient.taps.stage2!), [0, 3]).dataSync(),
    );
    expect(perPosition.map((each) => each > 0)).toEqual([true, false, true, true]);
  });

  it('refuses shares that hide everything', () => {
    expect(() => mgd({ ...lastMaps, maskedShare: 1 })).toThrow(/maskedShare must be in \[0, 1\), got 1/);
  });
});
