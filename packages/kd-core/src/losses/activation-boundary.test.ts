import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { waves } from '../testing/waves.ts';
import { activationBoundaryLoss } from './activation-boundary.ts';

/** By the two cases of the definition. */
function reference(layers: readonly (readonly [Values, Values])[], margin: number): number {
  return layers.reduce((total, [student, teacher], layer) => {
    const errors = student.data.map((s, index) => {
      const t = teacher.data[index]!;
      if (t <= 0) return s > -margin ? (s + margin) ** 2 : 0;
      return s <= margin ? (s - margin) ** 2 : 0;
    });
    const all = errors.reduce((sum, each) => sum + each, 0);
    return total + (2 ** (layer - layers.length + 1) * 0.003 * all) / student.shape[0]!;
  }, 0);
}

const lossOf = (student: Values, teacher: Values, margin?: number): number =>
  activationBoundaryLoss({
    studentFeatures: [toTensor(student)],
    teacherFeatures: [toTensor(teacher)],
    ...(margin !== undefined && { margin }),
  }).dataSync()[0]!;

describe('activationBoundaryLoss', () => {
  beforeAll(startCpuBackend);

  it('is the known value for waves', () => {
    const [student, teacher] = [waves([4, 6, 4, 4], 0.1, 0.3), waves([4, 6, 4, 4], 0.13, 0.7)];
    expectClose([lossOf(student, teacher)], [0.46356363], 1e-6);
  });

  it('has the value and gradient of its definition over two layers, and none for the teacher', () => {
    const shapes = [
      [2, 2, 1, 2],
      [2, 1, 2, 1],
    ] as const;
    const [first, second] = shapes;
    fc.assert(
      fc.property(
        values(first),
        values(second),
        values(first),
        values(second),
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        (s0, s1, t0, t1, margin) => {
          const inputs = { s0, s1, t0, t1 };
          // At the margins the second derivative jumps, and differences are off by the step.
          const loss = (given: Record<keyof typeof inputs, Tensor>) =>
            activationBoundaryLoss({
              studentFeatures: [given.s0, given.s1],
              teacherFeatures: [given.t0, given.t1],
              margin,
            });
          const result = differentiate(loss, inputs);
          const definition = (given: typeof inputs): number =>
            reference(
              [
                [given.s0, given.t0],
                [given.s1, given.t1],
              ],
              margin,
            );
          expectGradients(result, definition, inputs, ['s0', 's1']);
          expect([...result.gradients.t0.data, ...result.gradients.t1.data].every((each) => each === 0)).toBe(
            true,
          );
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is 0 where every response is on its side, whatever the size, and finite at extremes', () => {
    const teacher = { shape: [1, 1, 1, 3], data: [0, -3, 1e-6] };
    expect(lossOf({ shape: [1, 1, 1, 3], data: [-1e4, -1, 1] }, teacher)).toBe(0);
    expect(lossOf({ shape: [1, 1, 1, 3], data: [1e4, 1e4, -1e4] }, teacher)).toBeCloseTo(
      0.009 * 1.0002e8,
      -3,
    );
  });

  it('refuses features that do not correspond, and margins that are none', () => {
    const map = waves([1, 2, 2, 2], 1, 0);
    expect(() => lossOf(map, waves([1, 3, 2, 2], 1, 0))).toThrow(/\[1, 2, 2, 2\] and \[1, 2, 2, 3\]/);
    expect(() => lossOf(map, map, 0)).toThrow(/margin must be a finite number above 0, got 0/);
    expect(() => activationBoundaryLoss({ studentFeatures: [], teacherFeatures: [] })).toThrow(
      /at least 1 layer/,
    );
  });
});
