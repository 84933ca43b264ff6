import { mul, type Scalar, sum, type Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { adaptivePool, attention, mean } from '../testing/reference-losses.ts';
import { attentionMap } from './attention-map.ts';
import { type AttentionTransferOptions, attentionTransferLoss } from './attention-transfer.ts';

type Variant = NonNullable<AttentionTransferOptions['variant']>;

/** One layer, by the definition. */
function reference(student: Values, teacher: Values, variant: Variant, power: number): number {
  if (variant === 'paper') return mean(rowDistances(student, teacher, power));
  const [heightS, heightT] = [student.shape[1]!, teacher.shape[1]!];
  const side = Math.min(heightS, heightT);
  const lower = (x: Values): Values =>
    heightS === heightT || x.shape[1] === side ? x : adaptivePool(x, [side, side]);
  return mean(
    mapDifferences(lower(student), lower(teacher), power)
      .flat()
      .map((each) => each ** 2),
  );
}

function rowDistances(student: Values, teacher: Values, power: number): number[] {
  return mapDifferences(student, teacher, power).map((row) => Math.hypot(...row));
}

function mapDifferences(student: Values, teacher: Values, power: number): number[][] {
  const teacherMaps = attention(teacher, power);
  return attention(student, power).map((map, sample) =>
    map.map((each, index) => each - teacherMaps[sample]![index]!),
  );
}

function weighted(maps: readonly number[][], weights: Values): number {
  return maps.flat().reduce((total, each, index) => total + each * weights.data[index]!, 0);
}

/** Entries away from 0, where |x| has no derivative, and from a zero norm. */
const away = (shape: readonly number[]): fc.Arbitrary<Values> =>
  values(shape, 2).map((x) => ({
    ...x,
    data: x.data.map((each) => Math.fround(each + (each < 0 ? -0.5 : 0.5))),
  }));

function lossOf(
  students: readonly Values[],
  teachers: readonly Values[],
  options: { variant?: Variant; power?: number } = {},
): number {
  return attentionTransferLoss({
    studentFeatures: students.map(toTensor),
    teacherFeatures: teachers.map(toTensor),
    ...options,
  }).dataSync()[0]!;
}

describe('attentionMap', () => {
  beforeAll(startCpuBackend);

  it('of a hand-computed feature', () => {
    // Mean squares over two channels: (9 + 9) / 2 = 9 and (16 + 8) / 2 = 12; the norm is 15.
    const feature = { shape: [1, 1, 2, 2], data: [3, -3, 4, Math.sqrt(8)] };
    expectClose(toValues(attentionMap(toTensor(feature), { power: 2 })).data, [9 / 15, 12 / 15], 1e-6);
    // Mean magnitudes with power 1: 3 and 4, of norm 5.
    const plain = { shape: [1, 1, 2, 2], data: [3, -3, -4, 4] };
    expectClose(toValues(attentionMap(toTensor(plain), { power: 1 })).data, [3 / 5, 4 / 5], 1e-6);
  });

  it('does not change with the scale of the feature, nor with the way channels are combined', () => {
    fc.assert(
      fc.property(away([2, 2, 2, 3]), fc.constantFrom(0.125, 2, 64), (feature, scale) => {
        const map = toValues(attentionMap(toTensor(feature), { power: 2 })).data;
        const scaled = { ...feature, data: feature.data.map((each) => each * scale) };
        expectClose(toValues(attentionMap(toTensor(scaled), { power: 2 })).data, map, 1e-6);
        expectClose(toValues(attentionMap(toTensor(feature), { power: 2, channels: 'sum' })).data, map, 1e-6);
      }),
    );
  });

  it('keeps signs under odd powers where asked to', () => {
    // Channel means of (1, -4) and (2, 2) are -1.5 and 2.
    const feature = toTensor({ shape: [1, 1, 2, 2], data: [1, -4, 2, 2] });
    expectClose(toValues(attentionMap(feature, { power: 1, signed: true })).data, [-0.6, 0.8], 1e-6);
  });

  it.each([1, 2, 3, 4])('has the gradient of its definition with power %s', (power) => {
    fc.assert(
      fc.property(away([2, 2, 2, 2]), values([2, 4]), (feature, weights) => {
        const fn = (inputs: { feature: Tensor }) =>
          sum<Scalar>(mul(attentionMap(inputs.feature, { power }), toTensor(weights)));
        const definition = (inputs: { feature: Values }): number =>
          weighted(attention(inputs.feature, power), weights);
        expectGradients(differentiate(fn, { feature }), definition, { feature }, ['feature']);
      }),
      { numRuns: 25 },
    );
  });

  it.each([1, 2, 3])('has the gradient of its signed definition with power %s', (power) => {
    // Fixed, as signed powers of random values may cancel to a map of nearly zeros.
    const feature = { shape: [1, 1, 3, 2], data: [1, -2, 0, 0.5, -1.5, 0.75] };
    const weights = { shape: [1, 3], data: [0.5, -1, 2] };
    const fn = (inputs: { feature: Tensor }) =>
      sum<Scalar>(mul(attentionMap(inputs.feature, { power, signed: true }), toTensor(weights)));
    const definition = (inputs: { feature: Values }): number =>
      weighted(attention(inputs.feature, power, true), weights);
    expectGradients(differentiate(fn, { feature }), definition, { feature }, ['feature']);
  });

  it('has the derivative 0 at zeros, also of |x| itself, and for a map of zeros', () => {
    for (const power of [1, 2, 3]) {
      const fn = ({ feature }: { feature: Tensor }) =>
        sum<Scalar>(mul(attentionMap(feature, { power }), toTensor({ shape: [2, 2], data: [1, 2, 3, 4] })));
      const { gradients } = differentiate(fn, { feature: { shape: [2, 1, 2, 1], data: [0, 0, 0, 1] } });
      expect(gradients.feature.data.slice(0, 3).map(Math.abs)).toEqual([0, 0, 0]);
      expect(Number.isFinite(gradients.feature.data[3])).toBe(true);
    }
  });

  it('divides by 1e-12 below that norm, linearly', () => {
    const tiny = { shape: [1, 1, 1, 1], data: [1e-8] };
    const fn = ({ feature }: { feature: Tensor }) => sum<Scalar>(attentionMap(feature, { power: 2 }));
    const { value, gradients } = differentiate(fn, { feature: tiny });
    // 1e-16 / 1e-12, and 2 * 1e-8 / 1e-12.
    expectClose([value * 1e4], [1], 1e-5);
    expectClose([gradients.feature.data[0]! / 2e4], [1], 1e-5);
  });

  it('refuses other ranks and powers below 1', () => {
    expect(() => attentionMap(toTensor({ shape: [1, 2], data: [1, 2] }), { power: 2 })).toThrow(
      /got \[1, 2\]/,
    );
    expect(() => attentionMap(toTensor({ shape: [1, 1, 1, 1], data: [1] }), { power: 0.5 })).toThrow(/power/);
  });
});

describe('attentionTransferLoss', () => {
  beforeAll(startCpuBackend);

  it('of hand-computed maps', () => {
    // Maps (1, 0) and (0, 1): squared differences 1 and 1, distance sqrt 2.
    const student = { shape: [1, 1, 2, 1], data: [5, 0] };
    const teacher = { shape: [1, 1, 2, 3], data: [0, 0, 0, 1, 2, 3] };
    expect(lossOf([student], [teacher])).toBeCloseTo(1, 6);
    expect(lossOf([student], [teacher], { variant: 'paper' })).toBeCloseTo(Math.SQRT2, 6);
    expect(lossOf([student, student], [teacher, student])).toBeCloseTo(1, 6);
  });

  it.each([
    { variant: 'reference', student: [2, 4, 4, 2], teacher: [2, 4, 4, 3] },
    { variant: 'reference', student: [2, 4, 3, 2], teacher: [2, 2, 2, 1] },
    { variant: 'reference', student: [1, 3, 3, 2], teacher: [1, 5, 4, 1] },
    { variant: 'reference', student: [1, 2, 3, 2], teacher: [1, 2, 3, 1] },
    { variant: 'paper', student: [3, 2, 3, 2], teacher: [3, 2, 3, 3] },
  ] as const)(
    'has the value and the gradient of its $variant definition for $student and $teacher',
    (shapes) => {
      const { variant } = shapes;
      const power = 2;
      fc.assert(
        fc.property(away(shapes.student), away(shapes.teacher), (student, teacher) => {
          const inputs = { student, teacher };
          // Next to distance 0 the unsquared distance has no derivative.
          fc.pre(variant === 'reference' || Math.min(...rowDistances(student, teacher, power)) > 0.05);
          const result = differentiate(
            (given) =>
              attentionTransferLoss({
                studentFeatures: [given.student],
                teacherFeatures: [given.teacher],
                variant,
                power,
              }),
            inputs,
          );
          expectGradients(
            result,
            (given) => reference(given.student, given.teacher, variant, power),
            inputs,
            ['student'],
          );
          expect(result.gradients.teacher.data.every((each) => each === 0)).toBe(true);
        }),
        { numRuns: 15 },
      );
    },
  );

  it.each(['reference', 'paper'] as const)(
    'is 0 with finite gradients for equal and for zero features: %s',
    (variant) => {
      const feature = { shape: [2, 1, 2, 1], data: [1, 2, 0, 0] };
      const { value, gradients } = differentiate(
        ({ student }) =>
          attentionTransferLoss({
            studentFeatures: [student],
            teacherFeatures: [toTensor(feature)],
            variant,
          }),
        { student: feature },
      );
      expect(value).toBe(0);
      expect(gradients.student.data.map(Math.abs)).toEqual([0, 0, 0, 0]);
    },
  );

  const map = (...shape: number[]): Values => ({
    shape,
    data: new Array<number>(shape.reduce((a, b) => a * b)).fill(1),
  });
  it.each([
    ['no layers', [], [], {}, /at least 1 layer/],
    ['unequal numbers of layers', [map(1, 2, 2, 1)], [], {}, /got 1 and 0/],
    [
      'vectors',
      [map(1, 2)],
      [map(1, 2)],
      {},
      /studentFeatures\[0\] must be \[batch, height, width, channels\]/,
    ],
    ['another batch', [map(1, 2, 2, 1)], [map(3, 2, 2, 1)], {}, /has 1 samples and teacherFeatures\[0\] 3/],
    [
      'other widths at one height',
      [map(1, 4, 4, 1)],
      [map(1, 4, 3, 1)],
      {},
      /4x4 and 4x3 pixels have equal heights/,
    ],
    [
      'other sizes in the paper',
      [map(1, 4, 4, 1)],
      [map(1, 2, 2, 1)],
      { variant: 'paper' as const },
      /Layer 0.*\[1, 4, 4, 1\]/,
    ],
  ])('refuses %s', (_, students, teachers, options, message) => {
    expect(() => lossOf(students, teachers, options)).toThrow(message);
  });
});
