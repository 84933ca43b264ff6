import {
  add,
  matMul,
  mul,
  reshape,
  type Scalar,
  scalar,
  sub,
  type Tensor,
  tensor1d,
  tensor2d,
  transpose,
} from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { HostTensor, type HostTree, type Tree, treeMap } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adam, adamW, lars, lion, type Optimizer, sgd } from '../index.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

const start = { x: [0.3, -0.7, 1.2], c: [0.5] };

/** Gradient of `mean((A x + c - b)^2)`, written out. */
function gradientAt({ x, c }: { x: Tensor; c: Tensor }): { x: Tensor; c: Tensor } {
  const a = tensor2d([
    [1, 2, -1],
    [0.5, -1, 3],
    [2, 0.25, 1],
    [-1, 1.5, 0.5],
  ]);
  const b = tensor2d([[1], [-2], [0.5], [3]]);
  const residual = sub(add(matMul(a, reshape(x, [3, 1])), c), b) as typeof a;
  const half = mul(residual, scalar(2 / 4)) as typeof a;
  return {
    x: reshape(matMul(transpose(a), half), [3]),
    c: reshape(matMul(tensor2d([[1, 1, 1, 1]]), half), [1]),
  };
}

/** [x0, x1, x2, c] after each of six updates. */
function trajectory(optimizer: Optimizer, learningRate: number): number[][] {
  const toTensors = (tree: HostTree): Tree<Tensor> =>
    treeMap<HostTensor, Tensor>(tree, ({ data, shape }) => reshape(tensor1d([...data]), [...shape]));
  const host = {
    x: new HostTensor(new Float32Array(start.x), [3]),
    c: new HostTensor(new Float32Array(start.c), [1]),
  };
  let params = toTensors(host) as { x: Tensor; c: Tensor };
  let state = toTensors(optimizer.init(host));
  return Array.from({ length: 6 }, () => {
    const result = optimizer.update({
      params: params as Tree<Tensor>,
      gradients: gradientAt(params) as Tree<Tensor>,
      state,
      learningRate: scalar(learningRate) as Scalar,
    });
    params = result.params as typeof params;
    state = result.state;
    return [...params.x.dataSync(), ...params.c.dataSync()];
  });
}

// First, second and sixth iterate of PyTorch 1.13 (float32, one thread) on the problem above: `loss =
// ((A @ x + c - b) ** 2).mean()`, `torch.optim.SGD` and `AdamW` with the settings of each case.
const cases: readonly { name: string; optimizer: Optimizer; learningRate: number; expected: number[][] }[] = [
  {
    name: 'SGD',
    optimizer: sgd(),
    learningRate: 0.05,
    expected: [
      [0.120625, -0.27453125, 0.60875005, 0.43687499],
      [-0.00253319, 0.02061351, 0.24082822, 0.41375682],
      [-0.24705586, 0.56278086, -0.25227109, 0.4538123],
    ],
  },
  {
    name: 'SGD with momentum and weight decay',
    optimizer: sgd({ momentum: 0.9, weightDecay: 0.05 }),
    learningRate: 0.05,
    expected: [
      [0.119875, -0.27278125, 0.60575002, 0.43562499],
      [-0.165372, 0.40701774, -0.29734561, 0.35379431],
      [-0.77567935, 1.70482635, -0.94599372, 0.68773562],
    ],
  },
  {
    name: "SGD with Nesterov's momentum",
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.05 }),
    learningRate: 0.05,
    expected: [
      [-0.04223751, 0.11171563, 0.07092498, 0.37768748],
      [-0.32464036, 0.79325938, -0.72370696, 0.34937066],
      [-0.6705578, 1.17197144, -0.21802276, 0.71936196],
    ],
  },
  {
    name: 'SGD without decay of one parameter',
    optimizer: sgd({
      momentum: 0.9,
      weightDecay: 0.05,
      groups: [{ match: (path) => path === 'c', weightDecay: 0 }],
    }),
    learningRate: 0.05,
    expected: [
      [0.119875, -0.27278125, 0.60575002, 0.43687499],
      [-0.1654501, 0.40693176, -0.29745501, 0.35713336],
      [-0.77827877, 1.70120823, -0.94969922, 0.70149171],
    ],
  },
  {
    name: 'AdamW with its defaults',
    optimizer: adamW(),
    learningRate: 0.1,
    expected: [
      [0.19970003, -0.59930003, 1.09880006, 0.39950001],
      [0.10020012, -0.4988586, 0.99804956, 0.30136743],
      [-0.27403665, -0.10228289, 0.60577631, 0.01973323],
    ],
  },
  {
    name: 'AdamW',
    optimizer: adamW({ beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1 }),
    learningRate: 0.1,
    expected: [
      [0.19700006, -0.59300005, 1.08800006, 0.3950001],
      [0.09605115, -0.48733571, 0.97767532, 0.2942009],
      [-0.26630646, -0.08197812, 0.56216145, 0.04767257],
    ],
  },
];

describe('optimisers', () => {
  it.each(cases)("follows PyTorch's $name", ({ optimizer, learningRate, expected }) => {
    const iterates = trajectory(optimizer, learningRate);
    [iterates[0]!, iterates[1]!, iterates[5]!].forEach((iterate, row) => {
      iterate.forEach((value, column) => {
        expect(value).toBeCloseTo(expected[row]![column]!, 5);
      });
    });
  });

  it('keeps the bias correction of AdamW exact to float32 over many updates', () => {
    const optimizer = adamW({ beta2: 0.999, weightDecay: 0 });
    const zero = { x: scalar(0) };
    let state: Tree<Tensor> = {
      first: zero,
      second: zero,
      firstCorrection: scalar(0),
      secondCorrection: scalar(0),
    };
    for (let update = 1; update <= 400; update++) {
      const result = optimizer.update({
        params: zero,
        gradients: { x: scalar(1) },
        state,
        learningRate: scalar(0),
      });
      state = result.state;
    }
    const { secondCorrection } = state as unknown as { secondCorrection: Tensor };
    const exact = 1 - 0.999 ** 400;
    expect(Math.abs(secondCorrection.dataSync()[0]! / exact - 1)).toBeLessThan(2e-6);
  });

  it('moves by a share of the norm of the parameters with LARS, however large the gradient is', () => {
    const params = { kernel: tensor1d([3, 4]) };
    for (const size of [1e-6, 1, 1e6]) {
      const update = lars({ momentum: 0, trustCoefficient: 0.01 }).update({
        params,
        gradients: { kernel: tensor1d([0, size]) },
        state: {},
        learningRate: scalar(2),
      });
      const [first, second] = (update.params as typeof params).kernel.dataSync();
      expect(first).toBe(3);
      // An epsilon of 1e-8 is a hundredth of the smallest gradient.
      expect(Math.abs((4 - second!) / (2 * 0.01 * 5) - 1)).toBeLessThan(0.011);
    }
  });

  it('moves by the learning rate with Lion, however large the gradient is, and not at all without one', () => {
    const params = { kernel: tensor1d([1, 1, 1]) };
    const { kernel } = lion().update({
      params,
      gradients: { kernel: tensor1d([1e-6, -1e6, 0]) },
      state: { momentum: { kernel: tensor1d([0, 0, 0]) } },
      learningRate: scalar(0.25),
    }).params as typeof params;
    expect([...kernel.dataSync()]).toEqual([0.75, 1.25, 1]);
  });

  it('refuses settings out of range', () => {
    expect(() => sgd({ momentum: 1 })).toThrow(/momentum must be in \[0, 1\), got 1/);
    expect(() => sgd({ nesterov: true })).toThrow(/nesterov needs a momentum/);
    expect(() => sgd({ dampening: 0.1 })).toThrow(/dampening needs a momentum/);
    expect(() => sgd({ momentum: 0.9, dampening: 1.5 })).toThrow(/dampening must be at most 1, got 1.5/);
    expect(() => sgd({ momentum: 0.9, dampening: 0.1, nesterov: true })).toThrow(/dampening of 0, got 0.1/);
    expect(() => sgd({ decay: 'l2' as 'coupled' })).toThrow(/'coupled' or 'decoupled', got 'l2'/);
    expect(() => sgd({ weightDecay: Number.NaN })).toThrow(
      /weightDecay must be finite and at least 0, got NaN/,
    );
    expect(() => adam({ beta1: 1 })).toThrow(/beta1/);
    expect(() => adamW({ beta2: -0.1 })).toThrow(/beta2/);
    expect(() => adamW({ epsilon: 0 })).toThrow(/epsilon/);
    expect(() => lars({ trustCoefficient: 0 })).toThrow(/trustCoefficient must be finite and above 0, got 0/);
    expect(() => lars({ momentum: 0, nesterov: true })).toThrow(/nesterov needs a momentum/);
    expect(() => lion({ beta2: 1 })).toThrow(/beta2 must be in \[0, 1\), got 1/);
  });
});
