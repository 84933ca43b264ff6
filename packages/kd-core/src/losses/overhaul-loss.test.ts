import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { adaptivePool } from '../testing/reference-losses.ts';
import { waves } from '../testing/waves.ts';
import { overhaulLoss } from './overhaul-loss.ts';

/** By the three cases of the authors' code. */
function reference(layers: readonly (readonly [Values, Values, Values])[]): number {
  return layers.reduce((total, [student, teacher, margins], layer) => {
    const [, height, width, channels] = student.shape as [number, number, number, number];
    const targets = adaptivePool(teacher, [height, width]).data;
    const all = student.data.reduce((sum, s, index) => {
      const margin = margins.data[index % channels]!;
      const t = targets[index]!;
      if (t > 0) return sum + (s - t) ** 2;
      if (t <= margin) return sum + (s > margin ? (s - margin) ** 2 : 0);
      return sum + (s > t ? (s - t) ** 2 : 0);
    }, 0);
    return total + (2 ** (layer - layers.length + 1) * all) / student.shape[0]!;
  }, 0);
}

const constant = (length: number, value: number): Values => ({
  shape: [length],
  data: new Array<number>(length).fill(value),
});

describe('overhaulLoss', () => {
  beforeAll(startCpuBackend);

  it('is the known value for waves', () => {
    const loss = overhaulLoss({
      studentFeatures: [toTensor(waves([4, 6, 4, 4], 0.1, 0.3))],
      teacherFeatures: [toTensor(waves([4, 6, 4, 4], 0.13, 0.7))],
      margins: [toTensor(constant(6, -0.79788456))],
    });
    expectClose([loss.dataSync()[0]!], [96.805551], 1e-6);
  });

  it('has the value and gradient of its definition over two layers, and none for teacher and margins', () => {
    const margins = (channels: number): fc.Arbitrary<Values> =>
      values([channels], 2).map((x) => ({ ...x, data: x.data.map((each) => -Math.abs(each)) }));
    fc.assert(
      fc.property(
        values([2, 2, 2, 2]),
        values([2, 1, 2, 1]),
        values([2, 4, 2, 2]),
        values([2, 1, 2, 1]),
        margins(2),
        margins(1),
        (s0, s1, t0, t1, m0, m1) => {
          const inputs = { s0, s1, t0, t1, m0, m1 };
          const loss = (given: Record<keyof typeof inputs, Tensor>) =>
            overhaulLoss({
              studentFeatures: [given.s0, given.s1],
              teacherFeatures: [given.t0, given.t1],
              margins: [given.m0, given.m1],
            });
          const result = differentiate(loss, inputs);
          const definition = (given: typeof inputs): number =>
            reference([
              [given.s0, given.t0, given.m0],
              [given.s1, given.t1, given.m1],
            ]);
          expectGradients(result, definition, inputs, ['s0', 's1']);
          const detached = [
            result.gradients.t0,
            result.gradients.t1,
            result.gradients.m0,
            result.gradients.m1,
          ];
          expect(detached.flatMap(({ data }) => data).every((each) => each === 0)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('leaves alone what lies below targets that are not positive', () => {
    const teacher = { shape: [1, 1, 1, 3], data: [-0.5, -2, 0] };
    const loss = (...data: number[]): number =>
      overhaulLoss({
        studentFeatures: [toTensor({ shape: [1, 1, 1, 3], data })],
        teacherFeatures: [toTensor(teacher)],
        margins: [toTensor(constant(3, -1))],
      }).dataSync()[0]!;
    expect(loss(-0.6, -1e4, 0)).toBe(0);
    expect(loss(0, 0, 1)).toBeCloseTo(0.25 + 1 + 1, 6);
  });

  it('refuses what does not correspond', () => {
    const map = toTensor(waves([1, 2, 2, 2], 1, 0));
    const layers = { studentFeatures: [map], teacherFeatures: [map] };
    expect(() => overhaulLoss({ ...layers, margins: [] })).toThrow(/each of the 1 layers, got 0/);
    expect(() => overhaulLoss({ ...layers, margins: [toTensor(constant(3, -1))] })).toThrow(
      /margins \[3\]. All need equal channels/,
    );
  });
});
