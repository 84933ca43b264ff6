import type { Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { adaptivePool, mean, rowsOf } from '../testing/reference-losses.ts';
import { waves } from '../testing/waves.ts';
import { fspLoss, fspMatrix } from './fsp-loss.ts';

/** The matrices of a batch, one after the other, by the definition. */
function matrices(first: Values, second: Values): number[] {
  const [batch, height, width] = first.shape as [number, number, number];
  const [, otherHeight, otherWidth] = second.shape as [number, number, number];
  const lower = [Math.min(height, otherHeight), height < otherHeight ? width : otherWidth] as const;
  const [a, b] = [adaptivePool(first, lower), adaptivePool(second, lower)];
  const positions = lower[0] * lower[1];
  return Array.from({ length: batch }, (_, sample) => {
    const pixels = (x: Values): number[][] => rowsOf(x).slice(sample * positions, (sample + 1) * positions);
    const [ours, theirs] = [pixels(a), pixels(b)];
    return ours[0]!.flatMap((_, i) =>
      theirs[0]!.map((_, j) => mean(ours.map((pixel, place) => pixel[i]! * theirs[place]![j]!))),
    );
  }).flat();
}

function reference(students: readonly Values[], teachers: readonly Values[]): number {
  return students.slice(1).reduce((total, _, index) => {
    const ours = matrices(students[index]!, students[index + 1]!);
    const theirs = matrices(teachers[index]!, teachers[index + 1]!);
    return total + mean(ours.map((each, place) => (each - theirs[place]!) ** 2));
  }, 0);
}

describe('fspLoss', () => {
  beforeAll(startCpuBackend);

  it('is the known value for waves', () => {
    const loss = fspLoss({
      studentFeatures: [waves([4, 6, 4, 4], 0.1, 0.3), waves([4, 8, 2, 2], 0.17, 0.5)].map(toTensor),
      teacherFeatures: [waves([4, 6, 4, 4], 0.13, 0.7), waves([4, 8, 2, 2], 0.19, 0.9)].map(toTensor),
    });
    expectClose([loss.dataSync()[0]!], [0.34265921], 1e-6);
  });

  it('has the value and gradient of its definition, also for maps that are not square, and none for the teacher', () => {
    fc.assert(
      fc.property(
        values([2, 3, 2, 2]),
        values([2, 2, 1, 1]),
        values([2, 2, 1, 2]),
        values([2, 2, 2, 2]),
        values([2, 1, 2, 1]),
        values([2, 3, 3, 2]),
        (s0, s1, s2, t0, t1, t2) => {
          const inputs = { s0, s1, s2, t0, t1, t2 };
          const result = differentiate(
            (given) =>
              fspLoss({
                studentFeatures: [given.s0, given.s1, given.s2],
                teacherFeatures: [given.t0, given.t1, given.t2],
              }),
            inputs,
          );
          expectGradients(
            result,
            (given) => reference([given.s0, given.s1, given.s2], [given.t0, given.t1, given.t2]),
            inputs,
            ['s0', 's1', 's2'],
          );
          const { t0: first, t2: last } = result.gradients;
          expect([...first.data, ...last.data].every((each) => each === 0)).toBe(true);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('has transposed matrices for layers in the other order', () => {
    const [a, b] = [waves([1, 2, 3, 3], 0.4, 0), waves([1, 3, 3, 3], 0.9, 1)].map(toTensor) as [
      Tensor4D,
      Tensor4D,
    ];
    const [ab, ba] = [toValues(fspMatrix(a, b)).data, toValues(fspMatrix(b, a)).data];
    expectClose(
      ab,
      [0, 2, 4, 1, 3, 5].map((place) => ba[place]!),
      1e-6,
    );
  });

  it('refuses one layer and other channels', () => {
    const [map, wide] = [waves([1, 2, 2, 2], 1, 0), waves([1, 3, 2, 2], 1, 0)].map(toTensor);
    expect(() => fspLoss({ studentFeatures: [map!], teacherFeatures: [map!] })).toThrow(/at least 2 layer/);
    expect(() => fspLoss({ studentFeatures: [map!, map!], teacherFeatures: [map!, wide!] })).toThrow(
      /Layer 1: .*\[1, 2, 2, 2\] and the teacher's \[1, 2, 2, 3\]/,
    );
  });
});
