import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import { adaptivePool } from '../testing/reference-losses.ts';
import { waves } from '../testing/waves.ts';
import { poolToLower } from './pool-to-lower.ts';

const pooled = (a: Values, b: Values): Values[] =>
  poolToLower(toTensor(a) as Tensor4D, toTensor(b) as Tensor4D).map(toValues);

describe('poolToLower', () => {
  beforeAll(startCpuBackend);

  it.each([
    { sizes: [5, 4], lower: [2, 3] },
    { sizes: [6, 6], lower: [3, 3] },
    { sizes: [4, 2], lower: [3, 3] },
  ])('pools $sizes to $lower, whichever comes first', ({ sizes, lower }) => {
    const [higher, small] = [waves([2, 3, ...sizes], 0.7, 0.1), waves([2, 1, ...lower], 0.3, 0)];
    const want = adaptivePool(higher, lower as [number, number]);
    const [first, second] = pooled(higher, small);
    expect(first!.shape).toEqual(want.shape);
    expectClose(first!.data, want.data, 1e-5);
    expectClose(second!.data, small.data, 1e-6);
    expectClose(pooled(small, higher)[1]!.data, want.data, 1e-5);
  });

  it('leaves maps of one size, and refuses maps of which none is lower', () => {
    const map = waves([1, 1, 2, 3], 1, 0);
    expectClose(pooled(map, map)[0]!.data, map.data, 1e-6);
    expect(() => pooled(map, waves([1, 1, 2, 2], 1, 0))).toThrow(/2x3 and 2x2 pixels have equal heights/);
  });
});
