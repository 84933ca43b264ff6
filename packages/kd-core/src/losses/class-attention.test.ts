import { mean, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { adaptivePool, mean as average, rowsOf } from '../testing/reference-losses.ts';
import { type ClassAttentionOptions, classActivationMaps, classAttentionLoss } from './class-attention.ts';

beforeAll(startCpuBackend);

type Settings = Required<Pick<ClassAttentionOptions, 'resolution' | 'normalize' | 'binarize'>> & {
  readonly topClasses: number | undefined;
};

/** Of each sample, the values of each class over positions. */
function byClass(maps: Values): number[][][] {
  const [batch, height, width, classes] = maps.shape as [number, number, number, number];
  const rows = rowsOf(maps);
  return Array.from({ length: batch }, (_, sample) =>
    Array.from({ length: classes }, (_, label) =>
      rows.slice(sample * height * width, (sample + 1) * height * width).map((row) => row[label]!),
    ),
  );
}

function reference(student: Values, teacher: Values, settings: Settings): number {
  const { resolution, normalize, binarize, topClasses } = settings;
  const pooled = (maps: Values): number[][][] =>
    byClass(adaptivePool(maps, [resolution, resolution])).map((sample) =>
      sample.map((map) => map.map((each) => each / (normalize ? Math.max(Math.hypot(...map), 1e-12) : 1))),
    );
  const thresholds = byClass(teacher).map((sample) => sample.map((map) => average(map.map(Math.abs))));
  const [batch, height, width, classes] = teacher.shape as [number, number, number, number];
  const target: Values = binarize
    ? {
        shape: [batch, height, width, classes],
        data: teacher.data.map((each, place) => {
          const sample = Math.floor(place / (height * width * classes));
          return each > thresholds[sample]![place % classes]! ? 1 : 0;
        }),
      }
    : teacher;
  const [ours, theirs] = [pooled(student), pooled(target)];
  const chosen = byClass(teacher).map((sample) => {
    const answers = sample.map(average);
    const order = answers.map((_, label) => label).sort((a, b) => answers[b]! - answers[a]!);
    return order.slice(0, topClasses ?? classes);
  });
  return average(
    chosen.flatMap((labels, sample) =>
      labels.flatMap((label) =>
        ours[sample]![label]!.map((each, place) => (each - theirs[sample]![label]![place]!) ** 2),
      ),
    ),
  );
}

function distinctAnswers(teacher: Values): boolean {
  return byClass(teacher).every((sample) => {
    const answers = sample.map(average).sort((a, b) => a - b);
    return answers.every((each, place) => place === 0 || each - answers[place - 1]! > 1e-5);
  });
}

const cases = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    classes: fc.integer({ min: 2, max: 4 }),
    student: fc.constantFrom([2, 2], [3, 4], [4, 4]),
    teacher: fc.constantFrom([2, 2], [4, 3], [5, 5]),
  })
  .chain(({ batch, classes, student, teacher }) =>
    fc.record({
      student: values([batch, ...student, classes]),
      teacher: values([batch, ...teacher, classes]),
      settings: fc.record({
        resolution: fc.integer({ min: 1, max: 3 }),
        normalize: fc.boolean(),
        binarize: fc.boolean(),
        topClasses: fc.constantFrom(undefined, 1, 2),
      }),
    }),
  )
  // Near zero, lengths have no derivative to compare with.
  .filter(({ student, settings: { resolution } }) =>
    byClass(adaptivePool(student, [resolution, resolution]))
      .flat()
      .every((map) => Math.hypot(...map) > 0.2),
  )
  // Among classes that the teacher answers alike, any may be the first.
  .filter(({ teacher, settings: { topClasses } }) => topClasses === undefined || distinctAnswers(teacher));

describe('classAttentionLoss', () => {
  it('is the mean squared difference of pooled maps, in all its variants', () => {
    fc.assert(
      fc.property(cases, ({ student, teacher, settings }) => {
        const { topClasses, ...others } = settings;
        const result = differentiate(
          (inputs) =>
            classAttentionLoss({
              studentMaps: inputs.student,
              teacherMaps: toTensor(teacher),
              ...others,
              ...(topClasses !== undefined && { topClasses }),
            }),
          { student },
        );
        expectGradients(result, (inputs) => reference(inputs.student, teacher, settings), { student }, [
          'student',
        ]);
      }),
      { numRuns: 25 },
    );
  });

  const map = (shape: readonly number[], at: (place: number) => number): Values => ({
    shape,
    data: Array.from({ length: shape.reduce((size, each) => size * each, 1) }, (_, place) => at(place)),
  });

  it('has the golden values of the method page', () => {
    const student = map([4, 4, 4, 6], (place) => Math.sin(0.1 * nchw(place) + 0.3));
    const teacher = map([4, 4, 4, 6], (place) => Math.sin(0.13 * nchw(place) + 0.7));
    const loss = (normalize: boolean): number =>
      classAttentionLoss({
        studentMaps: toTensor(student),
        teacherMaps: toTensor(teacher),
        resolution: 2,
        normalize,
      }).dataSync()[0]!;
    expect(loss(true)).toBeCloseTo(0.55062416, 5);
    expect(loss(false)).toBeCloseTo(1.0264136, 5);
  });

  it('does not send gradients to the teacher, and takes maps of zeros', () => {
    const zero = map([1, 2, 2, 3], () => 0);
    const other = map([1, 2, 2, 3], (place) => place);
    const { value, gradients } = differentiate(
      ({ student, teacher }) =>
        classAttentionLoss({ studentMaps: student, teacherMaps: teacher, resolution: 2, topClasses: 2 }),
      { student: zero, teacher: other },
    );
    expect(value).toBeGreaterThan(0);
    expect(gradients.student.data.every(Number.isFinite)).toBe(true);
    expect(gradients.teacher.data.every((each) => each === 0)).toBe(true);
  });

  it('refuses maps that do not correspond, and more classes than there are', () => {
    const call = (changes: object): unknown =>
      classAttentionLoss({
        studentMaps: toTensor(map([1, 2, 2, 3], () => 1)),
        teacherMaps: toTensor(map([1, 4, 4, 3], () => 1)),
        resolution: 2,
        ...changes,
      });
    expect(() => call({})).not.toThrow();
    expect(() => call({ teacherMaps: toTensor(map([1, 4, 4, 2], () => 1)) })).toThrow(
      /\[1, 2, 2, 3\] and \[1, 4, 4, 2\]/,
    );
    expect(() => call({ topClasses: 4 })).toThrow(/1 to the 3 classes, got 4/);
  });
});

describe('classActivationMaps', () => {
  it('has the logits without bias as its means', () => {
    const feature = toTensor({
      shape: [2, 2, 3, 4],
      data: Array.from({ length: 48 }, (_, place) => Math.cos(place)),
    }) as Tensor4D;
    const kernel = toTensor({
      shape: [4, 5],
      data: Array.from({ length: 20 }, (_, place) => Math.sin(place)),
    }) as Tensor2D;
    const logits = toValues(mean(classActivationMaps(feature, kernel), [1, 2]));
    const [pooled, columns] = [rowsOf(toValues(mean(feature, [1, 2]))), rowsOf(toValues(kernel))];
    const expected = pooled.flatMap((row) =>
      [0, 1, 2, 3, 4].map((label) => row.reduce((sum, each, axis) => sum + each * columns[axis]![label]!, 0)),
    );
    expectClose(logits.data, expected, 1e-5);
    expect(() => classActivationMaps(feature, toTensor({ shape: [3, 1], data: [1, 2, 3] }))).toThrow(
      /\[4, classes\] .* got \[3, 1\]/,
    );
  });
});

/** The place in [4, 6, 4, 4] of what stands at `place` in [4, 4, 4, 6]. */
function nchw(place: number): number {
  const [sample, position, channel] = [Math.floor(place / 96), Math.floor((place % 96) / 6), place % 6];
  return sample * 96 + channel * 16 + position;
}
