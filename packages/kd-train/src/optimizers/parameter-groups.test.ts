import { add, type Scalar, scalar, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { HostTensor, type HostTree, type Tree } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { adamW, lars, methodParts, normsAndBiases, sgd } from '../index.ts';
import { groupSettings } from './parameter-groups.ts';

const leaf = (...shape: number[]): HostTensor => {
  const size = shape.reduce((product, each) => product * each, 1);
  return new HostTensor(new Float32Array(size), shape);
};
const params: HostTree = {
  method: { regressor: { kernel: leaf(1, 1, 2, 3), bias: leaf(3) }, temperature: leaf() },
  student: { conv: { kernel: leaf(3, 3, 1, 2) }, norm: { scale: leaf(2), offset: leaf(2) } },
};

describe('parameter groups', () => {
  const common = { learningRateFactor: 1, weightDecay: 0.1 };

  it('add up, and the later one counts where two say the same', () => {
    const settings = groupSettings(common, [
      { match: normsAndBiases, weightDecay: 0 },
      { match: methodParts, learningRateFactor: 10, weightDecay: 0.2 },
      { match: (path) => path.endsWith('temperature'), weightDecay: 0 },
    ]);
    expect(settings.exceptions(params)).toEqual({
      'method/regressor/bias': { learningRateFactor: 10, weightDecay: 0.2 },
      'method/regressor/kernel': { learningRateFactor: 10, weightDecay: 0.2 },
      'method/temperature': { learningRateFactor: 10, weightDecay: 0 },
      'student/norm/offset': { weightDecay: 0 },
      'student/norm/scale': { weightDecay: 0 },
    });
    expect(settings.of('student/norm/scale', [2])).toBe(settings.of('student/norm/offset', [2]));
    expect(settings.of('student/conv/kernel', [3, 3, 1, 2])).toEqual(common);
  });

  it('are part of what is compared when a run is resumed', () => {
    const describeWith = (weightDecay: number): unknown =>
      lars({ groups: [{ match: normsAndBiases, weightDecay, adaptive: false }] }).describe({
        student: { bias: leaf(3), kernel: leaf(2, 3) },
      });
    expect(describeWith(0)).toMatchObject({ exceptions: { 'student/bias': { adaptive: false } } });
    expect(describeWith(0.5)).toMatchObject({
      exceptions: { 'student/bias': { adaptive: false, weightDecay: 0.5 } },
    });
  });

  it('know norms and biases by their shape, and biases of any shape by their name', () => {
    const meant = [
      ['student/norm/scale', [4]],
      ['student/layer1.0.bn1.weight', [4]],
      ['method/temperature', []],
      ['student/conv/bias', [1, 1, 4]],
      ['student/conv.bias', [4, 1, 1]],
    ] as const;
    for (const [path, shape] of meant) expect(normsAndBiases(path, shape), path).toBe(true);
    for (const path of ['student/dense/weights', 'student/debias/kernel']) {
      expect(normsAndBiases(path, [4, 1]), path).toBe(false);
    }
  });

  it('multiply the learning rate of the step, whatever it is', async () => {
    const backend = await createTfjsBackend();
    const start = (): Tree<Tensor> => ({ student: { w: zeros([2]) }, method: { w: zeros([2]) } });
    const move = (learningRate: number): number[] => {
      const gradients = { student: { w: add(zeros([2]), 1) }, method: { w: add(zeros([2]), 1) } };
      const optimizer = sgd({ groups: [{ match: methodParts, learningRateFactor: 0.25 }] });
      const rate = scalar(learningRate) as Scalar;
      const moved = optimizer.update({ params: start(), gradients, state: {}, learningRate: rate })
        .params as unknown as typeof gradients;
      return [moved.student.w.dataSync()[0]!, moved.method.w.dataSync()[0]!];
    };
    expect(move(0.5)).toEqual([-0.5, -0.125]);
    expect(move(2)).toEqual([-2, -0.5]);
    await backend.dispose();
  });

  it('are refused with settings out of range, or that the optimiser does not have', () => {
    const match = normsAndBiases;
    expect(() => sgd({ groups: [{ match, weightDecay: -1 }] })).toThrow(
      /groups\[0\]\.weightDecay must be finite and at least 0, got -1/,
    );
    expect(() => adamW({ groups: [{ match }, { match, learningRateFactor: Number.NaN }] })).toThrow(
      /groups\[1\]\.learningRateFactor .* got NaN/,
    );
    const misspelt = { match, weigthDecay: 0 } as { match: typeof match };
    expect(() => sgd({ groups: [misspelt] })).toThrow(
      /groups\[0\]\.weigthDecay is no setting.*learningRateFactor, weightDecay/,
    );
    const adaptive = 'no' as unknown as boolean;
    expect(() => lars({ groups: [{ match, adaptive }] })).toThrow(
      /groups\[0\]\.adaptive must be a boolean, got no/,
    );
    const named = { match: 'normsAndBiases' as unknown as typeof match };
    expect(() => sgd({ groups: [named] })).toThrow(/groups\[0\]\.match must be a function/);
  });
});
