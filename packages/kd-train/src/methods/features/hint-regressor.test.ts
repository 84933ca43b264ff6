import { ones, type Rank, type Tensor, tensor, tensor1d, tensor4d } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type HostTensor, type ModelVariables, prngKey, treeMap } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hintRegressor } from '../../index.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

function onTfjs({ params, state }: ModelVariables<HostTensor>): ModelVariables<Tensor> {
  const toTensor = (leaf: HostTensor): Tensor => tensor(leaf.data, [...leaf.shape]);
  return { params: treeMap(params, toTensor), state: treeMap(state, toTensor) };
}

/** Kernel values 0, 0.1, ... minus 0.5; bias 0.25, scale 2, offset -0.5. */
function variables(size: number): ModelVariables<Tensor> {
  const values = Array.from({ length: size * size }, (_, index) => index / 10 - 0.5);
  return {
    params: {
      convolution: { kernel: tensor4d(values, [size, size, 1, 1]), bias: tensor1d([0.25]) },
      norm: { scale: tensor1d([2]), offset: tensor1d([-0.5]) },
    },
    state: { norm: { mean: tensor1d([0]), variance: tensor1d([1]) } },
  };
}

// Expected values: PyTorch 1.13, `BatchNorm2d(Conv2d(1, 1, 3, 2, 1)(x))` and `BatchNorm2d(ConvTranspose2d(1, 1, 4, 2,
// 1)(x))` in training mode with the variables above.
const cases = [
  {
    kind: 'upsample',
    side: 2,
    input: [1, 2, 3, -4],
    kernel: 4,
    output: [
      -1.801154, -1.945727, -1.512009, -1.512009, -2.957736, 1.379445, 1.66859, 1.379445, -0.644573, 2.536026,
      2.825171, 0.222863, -0.066282, -1.367436, -1.512009, -4.692608,
    ],
    mean: 0.115000002,
    variance: 1.104133248,
  },
  {
    kind: 'downsample',
    side: 4,
    input: [1, 2, 0, -1, 3, -4, 1, 2, 0.5, 0, -2, 1, 2, 2, -3, 0],
    kernel: 3,
    output: [-3.404593, -1.292162, 1.574709, 1.122046],
    mean: 0.051250007,
    variance: 0.958562493,
  },
];

describe('hintRegressor', () => {
  it.each(cases)(
    'computes what PyTorch does: $kind',
    ({ kind, side, input, kernel, output, mean, variance }) => {
      const target = kind === 'upsample' ? 2 * side : side / 2;
      for (const relu of [false, true]) {
        const regressor = hintRegressor({
          studentShape: [side, side, 1],
          teacherShape: [target, target, 1],
          relu,
        });
        expect(regressor.kind).toBe(kind);
        const result = regressor.apply(variables(kernel), tensor4d(input, [1, side, side, 1]));
        expect(result.output.shape).toEqual([1, target, target, 1]);
        result.output.dataSync().forEach((value, index) => {
          expect(value).toBeCloseTo(relu ? Math.max(0, output[index]!) : output[index]!, 4);
        });
        const { norm } = result.state as { norm: { mean: Tensor; variance: Tensor } };
        expect(norm.mean.dataSync()[0]).toBeCloseTo(mean, 6);
        expect(norm.variance.dataSync()[0]).toBeCloseTo(variance, 5);
      }
    },
  );

  it.each([
    { student: [8, 8, 4], teacher: [8, 8, 6], kind: 'valid', kernel: [1, 1, 4, 6] },
    { student: [7, 6, 4], teacher: [5, 5, 3], kind: 'valid', kernel: [3, 2, 4, 3] },
    { student: [8, 7, 4], teacher: [4, 4, 6], kind: 'downsample', kernel: [3, 3, 4, 6] },
    { student: [4, 4, 4], teacher: [8, 8, 6], kind: 'upsample', kernel: [4, 4, 6, 4] },
  ])('maps $student to $teacher by $kind', ({ student, teacher, kind, kernel }) => {
    const regressor = hintRegressor({ studentShape: student, teacherShape: teacher });
    const initial = regressor.init(prngKey(3));
    const { convolution } = initial.params as { convolution: { kernel: HostTensor; bias: HostTensor } };
    expect(regressor.kind).toBe(kind);
    expect(convolution.kernel.shape).toEqual(kernel);
    const fanIn = kernel[0]! * kernel[1]! * kernel[2]!;
    const bound = 1 / Math.sqrt(fanIn);
    const largest = Math.max(...convolution.kernel.data.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.7 * bound);
    const { output } = regressor.apply(
      onTfjs(initial),
      ones<Rank.R4>([2, ...(student as [number, number, number])]),
    );
    expect(output.shape).toEqual([2, ...teacher]);
  });

  it('refuses shapes that no convolution connects', () => {
    expect(() => hintRegressor({ studentShape: [4, 4, 2], teacherShape: [7, 7, 2] })).toThrow(
      /factor of exactly 2/,
    );
    expect(() => hintRegressor({ studentShape: [8, 4, 2], teacherShape: [4, 4, 2] })).toThrow(
      /ratio of the heights/,
    );
    expect(() => hintRegressor({ studentShape: [16], teacherShape: [4, 4, 2] })).toThrow(
      /must be feature maps/,
    );
  });
});
