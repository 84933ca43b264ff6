import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { differentiate, startCpuBackend, toTensor, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { adaptivePool, attention, mean } from '../testing/reference-losses.ts';
import { waves } from '../testing/waves.ts';
import { type FactorTransferOptions, factorTransferLoss } from './factor-transfer.ts';

type Settings = Omit<FactorTransferOptions, 'studentFactor' | 'teacherFactor'>;

/** Each sample's factor over its length. */
function normalized({ shape, data }: Values): number[] {
  const size = data.length / shape[0]!;
  return data.map((each, index) => {
    const sample = Math.floor(index / size);
    return each / Math.max(Math.hypot(...data.slice(sample * size, (sample + 1) * size)), 1e-12);
  });
}

function differences(student: Values, teacher: Values, { variant, attentionPower = 2 }: Settings): number[] {
  const flat = (x: Values): number[] =>
    variant === 'reference' ? attention(x, attentionPower, attentionPower % 2 === 1).flat() : normalized(x);
  const theirs = flat(teacher);
  return flat(student).map((each, index) => each - theirs[index]!);
}

function reference(student: Values, teacher: Values, settings: Settings): number {
  const { variant, power = 1 } = settings;
  const keepsSign = variant === 'reference' && power > 1;
  return mean(
    differences(student, teacher, settings).map((each) => (keepsSign ? each : Math.abs(each)) ** power),
  );
}

/** Entries away from 0, where magnitudes have no derivative. */
const spread = (shape: readonly number[]): fc.Arbitrary<Values> => {
  const size = shape.reduce((product, each) => product * each, 1);
  return fc
    .array(fc.integer({ min: -50, max: 50 }), { minLength: size, maxLength: size })
    .map((data) => ({ shape, data: data.map((each) => (each + (each < 0 ? -3.5 : 3.5)) / 16) }));
};

const lossOf = (student: Values, teacher: Values, settings: Settings = {}): number =>
  factorTransferLoss({
    studentFactor: toTensor(student),
    teacherFactor: toTensor(teacher),
    ...settings,
  }).dataSync()[0]!;

describe('factorTransferLoss', () => {
  beforeAll(startCpuBackend);

  it('is the known value for waves, in both forms', () => {
    const [student, teacher] = [waves([4, 6, 4, 4], 0.1, 0.3), waves([4, 6, 4, 4], 0.13, 0.7)];
    expectClose([lossOf(student, teacher)], [0.12557215], 1e-6);
    expectClose([lossOf(student, teacher, { variant: 'reference' })], [0.0065205858], 1e-5);
  });

  it.each<Settings>([
    {},
    { power: 2 },
    { power: 3 },
    { variant: 'reference' },
    { variant: 'reference', power: 2 },
    { variant: 'reference', power: 3, attentionPower: 4 },
  ])('has the value and gradient of its definition with %o', (settings) => {
    const shape = [2, 2, 1, 2];
    fc.assert(
      fc.property(spread(shape), spread(shape), (student, teacher) => {
        // |x| has no derivative at 0.
        fc.pre(Math.min(...differences(student, teacher, settings).map(Math.abs)) > 1e-3);
        const inputs = { student, teacher };
        const result = differentiate(
          (given) =>
            factorTransferLoss({ studentFactor: given.student, teacherFactor: given.teacher, ...settings }),
          inputs,
        );
        expectGradients(result, (given) => reference(given.student, given.teacher, settings), inputs, [
          'student',
        ]);
        expect(result.gradients.teacher.data.every((each) => each === 0)).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it('keeps signs of activations under odd attention powers', () => {
    const [student, teacher] = [waves([1, 2, 2, 1], 0.9, 0.2), waves([1, 2, 2, 1], 0.4, 2)];
    const settings = { variant: 'reference', attentionPower: 3 } as const;
    expectClose([lossOf(student, teacher, settings)], [reference(student, teacher, settings)], 1e-5);
  });

  it('pools the higher factor, and does not change with the scale of either', () => {
    const [student, teacher] = [waves([2, 3, 4, 4], 0.3, 0), waves([2, 3, 2, 2], 0.5, 1)];
    const loss = lossOf(student, teacher);
    expectClose([loss], [reference(adaptivePool(student, [2, 2]), teacher, {})], 1e-5);
    const scaled = { ...student, data: student.data.map((each) => each * 64) };
    expectClose([lossOf(scaled, teacher)], [loss], 1e-5);
  });

  it('is 0 for equal factors and finite for zeros', () => {
    const map = waves([1, 2, 2, 2], 0.7, 0);
    const zeros = { ...map, data: map.data.map(() => 0) };
    for (const variant of ['paper', 'reference'] as const) {
      expect(lossOf(map, map, { variant })).toBe(0);
      const { value, gradients } = differentiate(
        ({ student }) =>
          factorTransferLoss({ studentFactor: student, teacherFactor: toTensor(map), variant }),
        { student: zeros },
      );
      expect([value, ...gradients.student.data].every(Number.isFinite)).toBe(true);
    }
  });

  it('refuses factors of other channels, but in the reference', () => {
    const [narrow, wide] = [waves([1, 2, 2, 2], 1, 0), waves([1, 3, 2, 2], 1, 0)];
    expect(() => lossOf(narrow, wide)).toThrow(/\[1, 2, 2, 2\] and \[1, 2, 2, 3\]/);
    expect(lossOf(narrow, wide, { variant: 'reference' })).toBeGreaterThan(0);
    expect(() => lossOf(narrow, narrow, { power: 0.5 })).toThrow(/power must be/);
  });
});
