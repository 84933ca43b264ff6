import { add, memory, mul, type Scalar, sum, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { mean, rowsOf } from '../testing/reference-losses.ts';
import {
  batchNormInference,
  batchNormTraining,
  updateAllRunningStatistics,
  updateRunningStatistics,
} from './batch-norm.ts';

const epsilon = 1e-5;
const vector = (...data: number[]): Values => ({ shape: [data.length], data });
const channelsOf = (x: Values): number[][] => {
  const rows = rowsOf(x);
  return rows[0]!.map((_, channel) => rows.map((row) => row[channel]!));
};
const varianceOf = (list: readonly number[]): number => mean(list.map((each) => (each - mean(list)) ** 2));
const to1D = (x: Values): Tensor1D => toTensor(x) as Tensor1D;

type Inputs<T> = Record<'x' | 'scale' | 'offset', T>;

/** sum(weights * y), with y by the definition. */
const referenceSum =
  (weights: Values) =>
  ({ x, scale, offset }: Inputs<Values>): number => {
    const statistics = channelsOf(x).map((channel) => [mean(channel), varianceOf(channel)] as const);
    return x.data.reduce((total, each, index) => {
      const channel = index % statistics.length;
      const [average, variance] = statistics[channel]!;
      const normalised = (each - average) / Math.sqrt(variance + epsilon);
      return total + weights.data[index]! * (normalised * scale.data[channel]! + offset.data[channel]!);
    }, 0);
  };

const normalisedSum =
  (weights: Values) =>
  ({ x, scale, offset }: Inputs<Tensor>) =>
    sum<Scalar>(
      mul(
        toTensor(weights),
        batchNormTraining({ x, scale: scale as Tensor1D, offset: offset as Tensor1D, epsilon }).y,
      ),
    );

describe('batchNormTraining', () => {
  beforeAll(startCpuBackend);

  it('gives y, the mean and the biased variance', () => {
    const x = { shape: [4, 1], data: [1, 3, 5, 7] };
    const { y, mean, variance } = batchNormTraining({
      x: toTensor(x),
      scale: to1D(vector(2)),
      offset: to1D(vector(1)),
      epsilon: 4,
    });
    // Mean 4, variance 5, so that y = (x - 4) / 3 * 2 + 1.
    expect(toValues(mean).data).toEqual([4]);
    expect(toValues(variance).data).toEqual([5]);
    expectClose(toValues(y).data, [-1, 1 / 3, 5 / 3, 3], 1e-6);
  });

  it.each([[[3, 2, 2, 2]], [[5, 3]]])('has the gradient of its definition for shape %s', (shape) => {
    const channels = shape.at(-1)!;
    // A channel that is nearly constant has derivatives beyond what differences can resolve.
    const spread = values(shape).filter((x) => channelsOf(x).every((channel) => varianceOf(channel) > 0.1));
    fc.assert(
      fc.property(
        spread,
        values(shape),
        values([channels]),
        values([channels]),
        (x, weights, scale, offset) => {
          const inputs = { x, scale, offset };
          const result = differentiate(normalisedSum(weights), inputs);
          // Terms are as large as weight * scale / deviation = 3 * 3 / 0.3.
          expectGradients(result, referenceSum(weights), inputs, ['x', 'scale', 'offset'], 5e-5);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps its accuracy far from zero', () => {
    const small = { shape: [4, 1], data: [0, 1, 2, 3] };
    const far = { shape: [4, 1], data: small.data.map((each) => each + 4096) };
    const parameters = { scale: vector(1), offset: vector(0) };
    const weights = { shape: [4, 1], data: [1, -2, 3, 5] };
    const near = differentiate(normalisedSum(weights), { x: small, ...parameters });
    const away = differentiate(normalisedSum(weights), { x: far, ...parameters });
    expectClose(away.gradients.x.data, near.gradients.x.data, 1e-6);
    expectClose(away.gradients.scale.data, near.gradients.scale.data, 1e-6);
  });

  it('is finite for a constant channel', () => {
    const x = { shape: [3, 1], data: [0.5, 0.5, 0.5] };
    const { gradients } = differentiate(normalisedSum({ shape: [3, 1], data: [1, 2, 3] }), {
      x,
      scale: vector(1),
      offset: vector(0),
    });
    expect(gradients.x.data.every(Number.isFinite)).toBe(true);
    expectClose(gradients.scale.data, [0], 0);
    expectClose(gradients.offset.data, [6]);
  });

  it('lets no gradient through the statistics', () => {
    const { gradients } = differentiate(
      ({ x }: { x: Tensor }) => {
        const { mean, variance } = batchNormTraining({
          x,
          scale: to1D(vector(1)),
          offset: to1D(vector(0)),
          epsilon,
        });
        return sum<Scalar>(add(mean, variance));
      },
      { x: { shape: [3, 1], data: [1, 2, 4] } },
    );
    expect(gradients.x.data).toEqual([0, 0, 0]);
  });

  it('leaves no tensors behind', () => {
    const before = memory().numTensors;
    tidy(() => {
      const x = toTensor({ shape: [3, 1], data: [1, 2, 4] });
      batchNormTraining({ x, scale: to1D(vector(1)), offset: to1D(vector(0)), epsilon });
    });
    differentiate(normalisedSum({ shape: [2, 1], data: [1, 2] }), {
      x: { shape: [2, 1], data: [1, 2] },
      scale: vector(1),
      offset: vector(0),
    });
    expect(memory().numTensors).toBe(before);
  });

  it('refuses vectors that do not fit the channels', () => {
    const x = toTensor({ shape: [2, 2], data: [1, 2, 3, 4] });
    const [one, two] = [to1D(vector(1)), to1D(vector(1, 1))];
    expect(() => batchNormTraining({ x, scale: one, offset: two, epsilon })).toThrow(
      /scale must be \[2\].*\[1\]/,
    );
    expect(() => batchNormTraining({ x: two, scale: two, offset: two, epsilon })).toThrow(/rank 2/);
  });
});

describe('batchNormInference', () => {
  beforeAll(startCpuBackend);

  it('normalises by the given statistics', () => {
    const y = batchNormInference({
      x: toTensor({ shape: [2, 2], data: [1, 2, 3, 4] }),
      mean: to1D(vector(1, 2)),
      variance: to1D(vector(3, 8)),
      scale: to1D(vector(2, 3)),
      offset: to1D(vector(0, 1)),
      epsilon: 1,
    });
    expectClose(toValues(y).data, [0, 1, 2, 3], 1e-6);
  });
});

describe('updateRunningStatistics', () => {
  beforeAll(startCpuBackend);
  const statistics = (mean: number, variance: number) => ({
    mean: to1D(vector(mean)),
    variance: to1D(vector(variance)),
  });

  it('blends in the mean and the unbiased variance', () => {
    const { mean, variance } = updateRunningStatistics({
      state: statistics(1, 2),
      ...statistics(3, 6),
      count: 4,
      momentum: 0.25,
    });
    // 0.75 * 1 + 0.25 * 3, and 0.75 * 2 + 0.25 * 6 * 4 / 3.
    expect([...mean.dataSync(), ...variance.dataSync()]).toEqual([1.5, 3.5]);
  });

  it('does the same for several layers of different widths, counts and momenta', () => {
    const layers = [
      { state: statistics(1, 2), ...statistics(3, 6), count: 4, momentum: 0.25 },
      {
        state: { mean: to1D(vector(0, 8)), variance: to1D(vector(1, 1)) },
        ...{ mean: to1D(vector(2, 4)), variance: to1D(vector(2, 4)) },
        ...{ count: 2, momentum: 0.5 },
      },
    ];
    const updated = updateAllRunningStatistics(layers);
    expect(updated.map(({ mean, variance }) => [...mean.dataSync(), ...variance.dataSync()])).toEqual([
      [1.5, 3.5],
      // 0.5 * (0, 8) + 0.5 * (2, 4), and 0.5 * (1, 1) + 0.5 * (2, 4) * 2 / 1.
      [1, 6, 2.5, 4.5],
    ]);
    expect(updateAllRunningStatistics([])).toEqual([]);
  });

  it('refuses a single value a channel, and a momentum above 1', () => {
    const options = { state: statistics(0, 1), ...statistics(0, 1), count: 2, momentum: 0.1 };
    expect(() => updateRunningStatistics({ ...options, count: 1 })).toThrow(/at least two values/);
    expect(() => updateRunningStatistics({ ...options, momentum: 1.5 })).toThrow(/momentum/);
  });
});
