import { add, memory, mul, type Scalar, sum, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startCpuBackend, toValues } from '../testing/cpu-backend.ts';
import { detach } from './detach.ts';
import { valueAndGradient } from './value-and-gradient.ts';

describe('valueAndGradient', () => {
  beforeAll(startCpuBackend);

  it('differentiates a tree, with zeros where nothing depends on a parameter', () => {
    const params = { w: [tensor1d([1, 2]), tensor1d([3, 4])], unused: tensor1d([5]) };
    const { value, gradient, reached } = valueAndGradient(
      ({ w }: typeof params) => ({ value: sum<Scalar>(mul(w[0]!, w[1]!)), aux: [] }),
      params,
    );
    expect(value.dataSync()[0]).toBe(11);
    expect(gradient.w.map((each) => toValues(each).data)).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect(toValues(gradient.unused).data).toEqual([0]);
    expect([...reached]).toEqual(['w/0', 'w/1']);
  });

  it('returns what else was computed, without a gradient through it', () => {
    const { gradient, aux } = valueAndGradient(
      ({ w }: { w: Tensor }) => ({ value: sum<Scalar>(w), aux: { twice: add(w, w), same: w } }),
      { w: tensor1d([1, 2]) },
    );
    expect(toValues(gradient.w).data).toEqual([1, 1]);
    expect([toValues(aux.twice).data, toValues(aux.same).data]).toEqual([
      [2, 4],
      [1, 2],
    ]);
  });

  it('leaves no tensors behind', () => {
    const before = memory().numTensors;
    tidy(() => {
      const w = tensor1d([1, 2]);
      valueAndGradient(
        (given: { w: Tensor }) => ({ value: sum<Scalar>(mul(given.w, given.w)), aux: { w: given.w } }),
        { w },
      );
    });
    expect(memory().numTensors).toBe(before);
  });

  it('refuses a value that is not a scalar', () => {
    const vector = ({ w }: { w: Tensor }) => ({ value: w as Scalar, aux: [] });
    expect(() => valueAndGradient(vector, { w: tensor1d([1, 2]) })).toThrow(
      /must return a scalar, got shape \[2\]/,
    );
  });
});

describe('detach', () => {
  beforeAll(startCpuBackend);

  it('does not count as reaching a parameter, unlike a gradient that is zero', () => {
    const params = { w: tensor1d([2]), idle: tensor1d([0]), cut: tensor1d([3]) };
    const { gradient, reached } = valueAndGradient(
      ({ w, idle, cut }: typeof params) => ({
        value: sum<Scalar>(mul(add(w, mul(idle, 0)), detach(add(cut, w)))),
        aux: [],
      }),
      params,
    );
    expect([...reached]).toEqual(['idle', 'w']);
    expect([gradient.w, gradient.idle, gradient.cut].map((each) => toValues(each).data)).toEqual([
      [5],
      [0],
      [0],
    ]);
  });

  it('leaves no tensors behind, and the tape as it was after an error', () => {
    const before = memory().numTensors;
    tidy(() => void detach(tensor1d([1])));
    expect(memory().numTensors).toBe(before);
    const gone = tensor1d([1]);
    gone.dispose();
    expect(() => detach(gone)).toThrow(/disposed/);
    const { gradient } = valueAndGradient(
      ({ w }: { w: Tensor }) => ({ value: sum<Scalar>(mul(w, w)), aux: [] }),
      { w: tensor1d([3]) },
    );
    expect(toValues(gradient.w).data).toEqual([6]);
  });

  it('keeps the value and stops the gradient', () => {
    const { value, gradient } = valueAndGradient(
      ({ w }: { w: Tensor }) => ({ value: sum<Scalar>(mul(w, detach(w))), aux: [] }),
      { w: tensor1d([2, 3]) },
    );
    expect(value.dataSync()[0]).toBe(13);
    expect(toValues(gradient.w).data).toEqual([2, 3]);
  });
});
