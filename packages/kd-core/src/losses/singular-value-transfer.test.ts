import { type Tensor, tensor3d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { changed, dot, gramOf, samplesOf, unit } from '../testing/relations.ts';
import { waves } from '../testing/waves.ts';
import { type SingularVectorOrientation, singularValueTransferLoss } from './singular-value-transfer.ts';
import { leadingSingularVectors } from './singular-vectors.ts';

type Matrix = readonly (readonly number[])[];

const transposed = (matrix: Matrix): number[][] => matrix[0]!.map((_, j) => matrix.map((row) => row[j]!));

/** Right singular vectors with their singular values, by power iteration on what earlier ones leave of the Gram matrix. */
function decompose(matrix: Matrix, count: number): { vector: number[]; value: number }[] {
  let gram = gramOf(transposed(matrix));
  return Array.from({ length: count }, () => {
    let vector = unit(gram[0]!.map((_, index) => Math.sin(index + 1)));
    for (let step = 0; step < 300; step++) vector = unit(gram.map((row) => dot(row, vector)));
    const square = Math.hypot(...gram.map((row) => dot(row, vector)));
    gram = gram.map((row, i) => row.map((each, j) => each - square * vector[i]! * vector[j]!));
    return { vector, value: Math.sqrt(square) };
  });
}

/** Matrices of [height * width, channels] or [channels * height, width]. */
function matrices(x: Values, orientation: SingularVectorOrientation): number[][][] {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  return samplesOf(x).map((sample) => {
    const at = (y: number, z: number, c: number): number => sample[(y * width + z) * channels + c]!;
    const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
    return orientation === 'channels'
      ? range(height).flatMap((y) => range(width).map((z) => range(channels).map((c) => at(y, z, c))))
      : range(height).flatMap((y) => range(channels).map((c) => range(width).map((z) => at(y, z, c))));
  });
}

/** With one vector, whose singular value of length 1 is 1. */
function definition(
  students: readonly Values[],
  teachers: readonly Values[],
  orientation: SingularVectorOrientation,
): number {
  const layers = students.map((student, layer) => {
    const theirs = matrices(teachers[layer]!, orientation);
    return matrices(student, orientation).map((matrix, sample) => {
      const { vector } = decompose(theirs[sample]!, 1)[0]!;
      const sign = vector.reduce((a, b) => a + b) >= 0 ? 1 : -1;
      const teacher = vector.map((each) => each * sign);
      const cosines = decompose(matrix, Math.min(4, matrix[0]!.length)).map((each) => ({
        ...each,
        cosine: dot(each.vector, teacher),
      }));
      const nearest = cosines.reduce((a, b) => (Math.abs(b.cosine) > Math.abs(a.cosine) ? b : a));
      return { teacher, student: nearest.vector.map((each) => each * Math.sign(nearest.cosine)) };
    });
  });
  const kernel = (a: readonly number[], b: readonly number[]): number[] =>
    a.flatMap((x) => b.map((y) => Math.exp(-((x - y) ** 2) / 8)));
  let total = 0;
  layers.slice(1).forEach((layer, index) => {
    layer.forEach((now, sample) => {
      const before = layers[index]![sample]!;
      const theirs = kernel(now.teacher, before.teacher);
      kernel(now.student, before.student).forEach((each, place) => {
        total += (each - theirs[place]!) ** 2;
      });
    });
  });
  return total / students[0]!.shape[0]!;
}

/** Maps of which one direction of channels, and one of the width, stand out, which power iteration finds exactly. */
const strong = (
  [batch, height, width, channels]: readonly [number, number, number, number],
  sign: (index: number) => number = () => 1,
): fc.Arbitrary<Values> =>
  values([batch, height, width, channels], 0.3).map((noise) =>
    changed(noise, (each, sample, index) => {
      const channel = index % channels;
      const position = Math.floor(index / channels);
      return Math.fround(
        each + sign(channel) * (2 + channel / channels) * (1 + 0.3 * ((position + sample) % 3)),
      );
    }),
  );

describe('singularValueTransferLoss', () => {
  beforeAll(startCpuBackend);

  it.each(['channels', 'width'] as const)(
    'has the value and gradient of its definition over %s',
    (orientation) => {
      const maps = orientation === 'channels' ? [2, 2, 2, 3] : [2, 2, 3, 2];
      const theirs = orientation === 'channels' ? [2, 1, 3, 3] : [2, 3, 3, 1];
      fc.assert(
        fc.property(
          strong(maps as [number, number, number, number]),
          strong([2, 2, 2, 2]),
          strong(theirs as [number, number, number, number]),
          strong([2, 2, 2, 2]),
          (s0, s1, t0, t1) => {
            const inputs = { s0, s1, t0, t1 };
            const result = differentiate(
              (given) =>
                singularValueTransferLoss({
                  studentFeatures: [given.s0, given.s1],
                  teacherFeatures: [given.t0, given.t1],
                  orientation,
                }),
              inputs,
            );
            expectGradients(
              result,
              (given) => definition([given.s0, given.s1], [given.t0, given.t1], orientation),
              inputs,
              ['s0', 's1'],
            );
            expect(
              [...result.gradients.t0.data, ...result.gradients.t1.data].every((each) => each === 0),
            ).toBe(true);
          },
        ),
        { numRuns: 3 },
      );
    },
  );

  it('finds the nearest of the vectors of the student, with its sign', () => {
    // The teacher sees the difference of two channels, which is the second thing that the student sees.
    const teacher = { shape: [1, 1, 2, 2], data: [-3, 3, -2, 2] };
    const student = { shape: [1, 1, 2, 2], data: [3 + 1, 3 - 1, 3 - 1, 3 + 1] };
    const loss = singularValueTransferLoss({
      studentFeatures: [toTensor(student), toTensor(student)],
      teacherFeatures: [toTensor(teacher), toTensor(teacher)],
    });
    expect(loss.dataSync()[0]).toBeCloseTo(0, 6);
  });

  it('does not change when the maps of one network are scaled', () => {
    const features = (scale: number): Tensor[] => [
      toTensor(changed(waves([2, 3, 2, 2], 0.7, 0.1), (each) => each * scale)),
      toTensor(waves([2, 4, 2, 1], 0.9, 0.3)),
    ];
    const teacherFeatures = [waves([2, 3, 2, 1], 0.4, 1), waves([2, 4, 1, 1], 0.5, 1)].map(toTensor);
    const loss = (scale: number): number =>
      singularValueTransferLoss({ studentFeatures: features(scale), teacherFeatures }).dataSync()[0]!;
    expect(loss(1)).toBeGreaterThan(0.01);
    for (const scale of [1e-6, 1e4]) expectClose([loss(scale)], [loss(1)], 1e-4);
  });

  it('is finite, with finite gradients, for zeros and equal singular values', () => {
    const identity = { shape: [1, 2, 2, 4], data: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] };
    const zeros = { shape: [1, 2, 2, 4], data: new Array<number>(16).fill(0) };
    for (const s0 of [identity, zeros, changed(identity, (each) => each * 1e4)]) {
      for (const teacher of [identity, zeros, waves([1, 4, 2, 2], 1, 0)]) {
        const { value, gradients } = differentiate(
          ({ s0, s1 }) =>
            singularValueTransferLoss({
              studentFeatures: [s0, s1],
              teacherFeatures: [toTensor(teacher), toTensor(teacher)],
              vectors: 2,
            }),
          { s0, s1: identity },
        );
        expect([value, ...gradients.s0.data, ...gradients.s1.data].every(Number.isFinite)).toBe(true);
      }
    }
  });

  it.each([
    ['a single layer', [[1, 2, 2, 2]], [[1, 2, 2, 2]], {}, /at least two layers/],
    [
      'unequal lists',
      [
        [1, 2, 2, 2],
        [1, 2, 2, 2],
      ],
      [[1, 2, 2, 2]],
      {},
      /got 2 and 1/,
    ],
    [
      'other channels',
      [
        [1, 2, 2, 2],
        [1, 2, 2, 2],
      ],
      [
        [1, 2, 2, 2],
        [1, 3, 2, 2],
      ],
      {},
      /Layer 1: .*channels.*\[1, 2, 2, 3\]/,
    ],
    [
      'other widths',
      [
        [1, 2, 2, 2],
        [1, 2, 2, 2],
      ],
      [
        [1, 2, 2, 2],
        [1, 2, 2, 3],
      ],
      { orientation: 'width' as const },
      /batch and width/,
    ],
    [
      'no vectors',
      [
        [1, 2, 2, 2],
        [1, 2, 2, 2],
      ],
      [
        [1, 2, 2, 2],
        [1, 2, 2, 2],
      ],
      { vectors: 0 },
      /vectors .* got 0/,
    ],
    [
      'too few iterations',
      [
        [1, 2, 2, 2],
        [1, 2, 2, 2],
      ],
      [
        [1, 2, 2, 2],
        [1, 2, 2, 2],
      ],
      { iterations: 1 },
      /at least 2, got 1/,
    ],
  ])('refuses %s', (_, students, teachers, options, message) => {
    const maps = (shapes: readonly (readonly number[])[]): Tensor[] =>
      shapes.map((shape) => toTensor(waves(shape, 1, 0)));
    expect(() =>
      singularValueTransferLoss({
        studentFeatures: maps(students),
        teacherFeatures: maps(teachers),
        ...options,
      }),
    ).toThrow(message);
  });
});

describe('leadingSingularVectors', () => {
  beforeAll(startCpuBackend);

  it('finds the leading vectors and the shares of their singular values', () => {
    const matrix = [
      [3, 1, 0.2],
      [2.5, 0.4, -0.3],
      [-0.2, 1.5, 0.1],
      [1, 0.3, 0.5],
    ];
    const { vectors, values: shares } = leadingSingularVectors(tensor3d([matrix]), 3, 40);
    const wanted = decompose(matrix, 3);
    const norm = Math.hypot(...matrix.flat());
    expectClose(
      Array.from(shares.dataSync()),
      wanted.map(({ value }) => value / norm),
      1e-5,
    );
    const found = Array.from(vectors.dataSync());
    wanted.forEach(({ vector }, place) => {
      const ours = [0, 1, 2].map((row) => found[row * 3 + place]!);
      const sign = Math.sign(dot(ours, vector));
      expectClose(
        ours.map((each) => each * sign),
        vector,
        1e-4,
      );
    });
  });
});
