import { type Scalar, scalar, type Tensor, tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  type Backend,
  crossEntropy as crossEntropyLoss,
  type HostTensor,
  hintonLoss,
  prngKey,
  treeMap,
  valueAndGradient,
} from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  balancedDivergence,
  checkRequirements,
  continuation,
  crossEntropy,
  ctkd,
  curriculumTemperature,
  dist,
  dkd,
  earlyStopped,
  hinton,
  type LogitMethodOptions,
  lskd,
  type Method,
  type MethodContext,
  type MethodShapes,
  multiLevelLogit,
  nkd,
  runTraining,
  type ScheduleTime,
  scheduleTime,
  standardizeLogits,
  sum,
  ttm,
  wttm,
} from '../../index.ts';
import { blobSource } from '../../testing/blob-source.ts';
import { toyRun } from '../../testing/toy-run.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const STUDENT = [2, 1.5, -0.5, 0, 1, 0.5, 1.5, -1];
const TEACHER = [4, 1, 0, -1, 0.5, 2.5, 1, -0.5];
const LABELS = [0, 1];

const shapes: MethodShapes = {
  student: { classes: 4, taps: {} },
  teachers: [{ classes: 4, taps: {} }],
};

interface Moment {
  readonly at?: ScheduleTime;
  /** Of the student. */
  readonly logits?: Tensor;
  readonly params?: unknown;
}

const start = scheduleTime(0, { stepsPerEpoch: 1, totalSteps: 20 });
const atEpoch = (epoch: number, epochs: number): ScheduleTime =>
  scheduleTime(epoch * 5, { stepsPerEpoch: 5, totalSteps: 5 * epochs });

const deviceTensor = ({ data, shape, dtype }: HostTensor): Tensor => tensor(data, [...shape], dtype);

function contextOf(method: Method, { at = start, logits, params }: Moment = {}): MethodContext {
  const output = (data: number[]) => ({ logits: tensor2d(data, [2, 4]), taps: {} });
  const student = logits === undefined ? output(STUDENT) : { logits: logits as never, taps: {} };
  const variables = treeMap(
    method.init(prngKey(0), shapes) as never,
    deviceTensor as never,
  ) as MethodContext['variables'];
  return {
    student,
    teachers: [output(TEACHER)],
    views: {
      strong: { student: output(STUDENT.toReversed()), teachers: [output(TEACHER.toReversed())] },
    },
    labels: tensor1d(LABELS, 'int32'),
    indices: tensor1d([0, 1], 'int32'),
    draws: {},
    scalars: Object.fromEntries(
      Object.entries(method.scalars).map(([name, schedule]) => [name, scalar(schedule(at))]),
    ),
    variables: params === undefined ? variables : { ...variables, params: params as never },
  };
}

const number = (value: Scalar): number => value.dataSync()[0]!;
const lossOf = (method: Method, moment: Moment = {}): number =>
  number(method.loss(contextOf(method, moment)).total);

/** Gradients with respect to the student's logits and the method's parameters. */
function gradients(method: Method, moment: Moment = {}) {
  const { variables, student } = contextOf(method, moment);
  const { gradient } = valueAndGradient(
    (current: { logits: Tensor; params: unknown }) =>
      ({
        value: method.loss(contextOf(method, { ...moment, logits: current.logits, params: current.params }))
          .total,
        aux: [],
      }) as never,
    { logits: student.logits as Tensor, params: variables.params } as never,
  ) as unknown as { gradient: { logits: Tensor; params: { theta?: Tensor } } };
  return gradient;
}

const KD4 = 0.684803;
const CROSS_ENTROPY = 1.161004;

describe('methods of logits', () => {
  it('have the values that are worked out by hand', () => {
    const epoch20 = { at: atEpoch(19, 20) };
    expect(lossOf(hinton())).toBeCloseTo(KD4, 5);
    expect(lossOf(hinton({ divergence: 'reverse' }))).toBeCloseTo(0.666725, 5);
    expect(lossOf(hinton({ divergence: 'symmetric' }))).toBeCloseTo(KD4 + 0.666725, 5);
    expect(lossOf(dkd(), epoch20)).toBeCloseTo(0.60933 + 1.062438, 4);
    expect(lossOf(nkd())).toBeCloseTo(0.890621 + 1.444047, 5);
    expect(lossOf(ttm({ temperature: 4 }))).toBeCloseTo(0.211046, 5);
    expect(lossOf(ttm())).toBeCloseTo(0.303914, 5);
    expect(lossOf(wttm({ temperature: 4 }))).toBeCloseTo(0.501801, 5);
    expect(lossOf(balancedDivergence())).toBeCloseTo(2.018253, 4);
    expect(lossOf(hinton({ temperature: 2, logitTransform: standardizeLogits() }))).toBeCloseTo(0.285908, 5);
    expect(lossOf(lskd())).toBeCloseTo(0.285908, 5);
    // At the temperature that it starts with, 15.62.
    expect(lossOf(ctkd())).toBeCloseTo(0.620824, 4);
  });

  it('grow with the epochs of a warm-up, and report the loss without it', () => {
    const method = dkd({ warmupEpochs: 20 });
    const { total, terms } = method.loss(contextOf(method, { at: atEpoch(4, 240) }));
    expect(number(total)).toBeCloseTo((5 / 20) * number(terms.dkd!), 5);
    expect(lossOf(dkd({ warmupEpochs: 0 }))).toBeCloseTo(number(terms.dkd!), 5);
  });

  it.each<[string, (options: LogitMethodOptions) => Method]>([
    ['hinton', hinton],
    ['dkd', dkd],
    ['nkd', nkd],
    ['dist', dist],
    ['ttm', ttm],
    ['wttm', wttm],
    ['balancedDivergence', balancedDivergence],
    ['earlyStopped', earlyStopped],
    ['multiLevelLogit', multiLevelLogit],
  ])('%s takes every temperature and every logit transform', (name, create) => {
    // A learned temperature that is not trained is a number, for every sample or for all.
    const learned = create({ temperature: curriculumTemperature({ initialTemperature: 3, reversal: 0 }) });
    expect(lossOf(learned)).toBeCloseTo(lossOf(create({ temperature: 3 })), 4);
    expect(gradients(learned).params.theta!.dataSync()[0]! + 0).toBe(0);
    const each = create({ temperature: curriculumTemperature({ kind: 'instance' }) });
    expect(Number.isFinite(lossOf(each))).toBe(true);
    expect(each.macs!(shapes)).toBe(8 * 128 + 128);

    const { terms } = learned.loss(contextOf(learned));
    expect(number(terms.temperature!)).toBeCloseTo(3, 5);
    expect(number(terms.reversal!)).toBe(0);
    expect(learned.config).toMatchObject({ name, temperature: { name: 'curriculum', kind: 'global' } });

    const standardized = create({ temperature: 2, logitTransform: standardizeLogits() });
    const scaled = tensor2d(
      STUDENT.map((each) => 3 * each + 5),
      [2, 4],
    );
    if (name !== 'multiLevelLogit' && name !== 'earlyStopped')
      expect(lossOf(standardized, { logits: scaled })).toBeCloseTo(lossOf(standardized), 4);
    expect(standardized.config).toMatchObject({ logitTransform: { name: 'standardize' } });
  });

  it('brings labels along: ESKD until it stops, Continuation-KD until the labels have taken over', () => {
    const eskd = earlyStopped({ stopAfter: 0.3 });
    expect(lossOf(eskd, { at: atEpoch(59, 200) })).toBeCloseTo(0.1 * CROSS_ENTROPY + 0.9 * KD4, 5);
    expect(lossOf(eskd, { at: atEpoch(60, 200) })).toBeCloseTo(CROSS_ENTROPY, 5);

    const method = continuation();
    // Epochs 9, 10, 100, 150 and 190 of 200, counted from 1.
    const expected = [
      [9, 0.05, 9 / 150],
      [10, 0.1, 10 / 150],
      [100, 0.55, 100 / 150],
      [150, 0.8, 1],
      [190, 1, 1],
      [200, 1, 1],
    ] as const;
    for (const [epoch, scale, share] of expected) {
      const at = atEpoch(epoch - 1, 200);
      expect(method.scalars.scale!(at)).toBeCloseTo(scale, 12);
      expect(method.scalars.labelShare!(at)).toBeCloseTo(share, 12);
    }
    const share = 90 / 150;
    // Epoch 90 has a scale of 0.5.
    expect(lossOf(method, { at: atEpoch(89, 200) })).toBeCloseTo(
      share * CROSS_ENTROPY + (1 - share) * 1.59375,
      4,
    );
    expect(lossOf(method, { at: atEpoch(160, 200) })).toBeCloseTo(CROSS_ENTROPY, 5);
    for (let epoch = 0; epoch < 7; epoch++) {
      expect(method.scalars.scale!(atEpoch(epoch, 7))).toBeLessThanOrEqual(1);
    }
    expect(method.scalars.scale!(atEpoch(6, 7))).toBe(1);
  });

  it('gives Annealing-KD without a margin and with a sudden hand-over', () => {
    const method = continuation({ margin: 0, handOver: 'sudden', handOverAt: 0.5 });
    const { labelShare, margin } = method.scalars;
    expect([0, 99, 100, 199].map((epoch) => labelShare!(atEpoch(epoch, 200)))).toEqual([0, 0, 1, 1]);
    expect(margin!(start)).toBe(0);
  });

  it('asks for the strong view, and weighs labels and teacher in both', () => {
    const method = multiLevelLogit({ labelWeight: 0.5, teacherWeight: 2 });
    expect(method.requires.views).toEqual(['strong']);
    const { total, terms } = method.loss(contextOf(method));
    const labels = tensor1d(LABELS, 'int32');
    const hard = [STUDENT, STUDENT.toReversed()].reduce(
      (sum, data) => sum + number(crossEntropyLoss({ logits: tensor2d(data, [2, 4]), labels })),
      0,
    );
    expect(number(terms.labels!)).toBeCloseTo(hard, 5);
    const soft = number(terms.instances!) + number(terms.batch!) + number(terms.classes!);
    expect(number(total)).toBeCloseTo(0.5 * hard + 2 * soft, 4);
  });

  it('refuses networks and settings that do not fit', () => {
    const unequal = { ...shapes, teachers: [{ classes: 5, taps: {} }] };
    for (const method of [dkd(), dist(), continuation()]) {
      expect(() => checkRequirements(method, unequal)).toThrow(/5 classes and the student 4/);
    }
    expect(dist().requires.smallestBatch).toBe(2);
    expect(() => hinton({ divergence: 'sideways' as never })).toThrow(/divergence must be one of forward/);
    expect(() => dkd({ warmupEpochs: -1 })).toThrow(/epochs must be above 0/);
    expect(() => earlyStopped({ stopAfter: 2 })).toThrow(/stopAfter must be in \[0, 1\]/);
    expect(() => continuation({ levels: 0 })).toThrow(/levels must be a positive integer/);
    expect(() => multiLevelLogit({ furtherTemperatures: [0] })).toThrow(
      /furtherTemperatures must be above 0/,
    );
    expect(() => balancedDivergence({ beta: 0 })).toThrow(/beta must be at least 1/);
    expect(() => ttm({ temperature: Number.POSITIVE_INFINITY })).toThrow(
      /temperature must be finite and above 0/,
    );
  });
});

describe('curriculumTemperature', () => {
  it('is trained against the student, whose own gradient is that of the same temperature', () => {
    const ctkd = hinton({ temperature: curriculumTemperature({ initialTemperature: 4, reversal: 0.5 }) });
    const { logits, params } = gradients(ctkd);
    const plain = gradients(hinton({ temperature: 4 }));
    Array.from(logits.dataSync()).forEach((each, index) => {
      expect(each).toBeCloseTo(plain.logits.dataSync()[index]!, 5);
    });
    // By hand: dL/dT at 4 is -0.012918, and dT/dtheta is 20 s (1 - s) with s = 3/20.
    const share = 3 / 20;
    expect(params.theta!.dataSync()[0]).toBeCloseTo(0.5 * 0.012918 * 20 * share * (1 - share), 5);
  });

  it('starts at the temperature of the released code and stays between its bounds', () => {
    const method = hinton({ temperature: curriculumTemperature() });
    const { params } = contextOf(method).variables as unknown as { params: { theta: Tensor } };
    expect(params.theta.dataSync()[0]).toBeCloseTo(1, 6);
    const temperatureAt = (theta: number): number =>
      number(method.loss(contextOf(method, { params: { theta: tensor1d([theta]) } })).terms.temperature!);
    expect(temperatureAt(1)).toBeCloseTo(15.621172, 4);
    expect(temperatureAt(-100)).toBeCloseTo(1, 5);
    expect(temperatureAt(100)).toBeCloseTo(21, 5);
  });

  it('reverses the gradient more and more, along half a cosine', () => {
    const { reversal } = curriculumTemperature().scalars;
    const byEpoch = [
      0.024472, 0.095492, 0.206107, 0.345492, 0.5, 0.654508, 0.793893, 0.904508, 0.975528, 1, 1,
    ];
    byEpoch.forEach((expected, epoch) => {
      expect(reversal!(atEpoch(epoch, 240))).toBeCloseTo(expected, 5);
    });
  });

  it('gives each sample a temperature of its own, from logits that get no gradient through it', () => {
    const kind = 'instance';
    const method = hinton({
      temperature: curriculumTemperature({ kind, initialTemperature: 4, reversal: 1 }),
    });
    const context = contextOf(method);
    const provider = curriculumTemperature({ kind, initialTemperature: 4, reversal: 1 });
    const { temperature } = provider.temperature({
      studentLogits: context.student.logits,
      teacherLogits: context.teachers[0]!.logits,
      scalars: context.scalars,
      variables: context.variables,
    });
    const [first, second] = Array.from(temperature.dataSync()) as [number, number];
    expect(temperature.shape).toEqual([2]);
    expect(first).not.toBe(second);
    const { logits } = gradients(method);
    const { gradient } = valueAndGradient(
      (current: { logits: Tensor }) => ({
        value: hintonLoss({
          studentLogits: current.logits,
          teacherLogits: context.teachers[0]!.logits,
          temperature: tensor1d([first, second]),
        }),
        aux: [],
      }),
      { logits: context.student.logits as Tensor },
    );
    Array.from(gradient.logits.dataSync()).forEach((each, index) => {
      expect(logits.dataSync()[index]).toBeCloseTo(each, 5);
    });
  });

  it('is trained with the student', async () => {
    const method = sum([
      crossEntropy(),
      dkd({ temperature: curriculumTemperature({ initialTemperature: 4 }) }),
    ]);
    const { methodVariables, history } = await runTraining(
      toyRun(backend, { method, source: blobSource({ seed: 3 }) }),
    );
    const { theta } = (methodVariables.params as unknown as { dkd: { theta: HostTensor } }).dkd;
    const temperature = 1 + 20 / (1 + Math.exp(-theta.data[0]!));
    expect(temperature).not.toBeCloseTo(4, 3);
    // The last epoch's mean is that of the temperatures before its steps, on the way from 4.
    const { 'dkd/temperature': recorded, 'dkd/reversal': reversal } = history.at(-1)!.terms;
    expect(Math.sign(recorded! - 4)).toBe(Math.sign(temperature - 4));
    expect(reversal).toBeCloseTo(0.206107, 5);
  });

  it('refuses bounds that leave no temperature', () => {
    expect(() => curriculumTemperature({ initialTemperature: 30 })).toThrow(/between 1 and 21/);
    expect(() => curriculumTemperature({ range: 0 })).toThrow(/range must be above 0/);
    expect(() => curriculumTemperature({ epochs: 0 })).toThrow(/epochs must be at least 1/);
    expect(() => curriculumTemperature({ finalReversal: 2 })).toThrow(/finalReversal must be in \[0, 1\]/);
    expect(() => curriculumTemperature({ kind: 'none' as never })).toThrow(/kind must be one of/);
  });
});
