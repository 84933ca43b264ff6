import {
  add,
  conv2d,
  mean,
  mul,
  type Scalar,
  square,
  sum,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, KdError } from 'kd-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CaseResult, runCase } from '../case-result.ts';
import type { LossAdapter } from './loss-adapter.ts';
import { lossCases } from './loss-fixture.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const vector = (...data: unknown[]): object => ({ dtype: 'float32', shape: [data.length], data });

/** loss = sum(scale * x^2), so d/dx = 2 * scale * x and d/dscale = x^2. */
const weightedSquare: LossAdapter = {
  evaluate: ({ inputs, params, buffers }) => {
    const terms = mul(params.scale ?? 1, square(inputs.x!));
    return {
      loss: sum<Scalar>(terms),
      outputs: { terms },
      buffers: Object.fromEntries(Object.entries(buffers).map(([name, value]) => [name, add(value, 1)])),
    };
  },
};

async function run(lossCase: object, adapter: LossAdapter = weightedSquare): Promise<CaseResult> {
  const fixture = { name: 'toy', cases: [{ case: 'only', ...lossCase }] };
  const [only] = lossCases(backend, { where: 'fixture', values: fixture }, 'losses/toy', { toy: adapter });
  return runCase(only!);
}

const failures = ({ comparisons }: CaseResult): string[] =>
  comparisons.flatMap(({ quantity, failure }) => (failure === undefined ? [] : [quantity]));

const correct = {
  inputs: { x: vector(1, -2) },
  params: { scale: vector(3, 0.5) },
  buffers: { count: { dtype: 'int32', shape: [], data: [4] } },
  loss: 5,
  outputs: { terms: vector(3, 2) },
  grads: { x: vector(6, -2), 'param:scale': vector(1, 4) },
  buffers_after: { count: { dtype: 'int32', shape: [], data: [5] } },
};

describe('a loss case', () => {
  test('passes when everything agrees, and everything is compared', async () => {
    const result = await run(correct);
    expect(result).toMatchObject({ name: 'losses/toy/only', outcome: 'pass' });
    expect(result.comparisons.map(({ quantity }) => quantity)).toEqual([
      'loss',
      'gradient of x',
      'gradient of param:scale',
      'output terms',
      'buffer count',
    ]);
  });

  test.each([
    ['loss', { loss: 5.001 }],
    ['gradient of x', { grads: { x: vector(6, -2.01) } }],
    ['gradient of param:scale', { grads: { 'param:scale': vector(1, 4.01) } }],
    ['output terms', { outputs: { terms: vector(3, 2.001) } }],
    ['output other', { outputs: { other: vector(3) } }],
    ['buffer count', { buffers_after: { count: { dtype: 'int32', shape: [], data: [6] } } }],
    ['gradient of x', { grads: { x: { dtype: 'float32', shape: [1, 2], data: [6, -2] } } }],
  ])('FAILs on a wrong %s', async (quantity, change) => {
    const result = await run({ ...correct, ...change });
    expect(result.outcome).toBe('FAIL');
    expect(failures(result)).toEqual([quantity]);
  });

  test('tolerances of the case replace the defaults', async () => {
    expect(await run({ ...correct, loss: 5.01, tolerance: { loss_rtol: 0.01 } })).toMatchObject({
      outcome: 'pass',
    });
    const shifted = { ...correct, grads: { x: vector(6, -2.01) } };
    expect(await run({ ...shifted, tolerance: { grad_atol: 0.02 } })).toMatchObject({ outcome: 'pass' });
  });

  test('the float64 loss and gradient stand in where they are wanted', async () => {
    expect(await run({ ...correct, loss: 7, loss_f64: 5, want: 'f64' })).toMatchObject({ outcome: 'pass' });
    expect(await run({ ...correct, loss: 'Infinity', loss_f64: 5 })).toMatchObject({ outcome: 'pass' });
    expect(await run({ ...correct, loss: 5, loss_f64: 7 })).toMatchObject({ outcome: 'pass' });
    const overflowed = { ...vector('NaN', 'Infinity'), data_f64: [6, -2] };
    expect(await run({ ...correct, grads: { x: overflowed } })).toMatchObject({ outcome: 'pass' });
  });

  test('without gradients to compare, they must still be finite', async () => {
    const lossOnly = { ...correct, compare: { loss: true, grads: false } };
    expect(await run({ ...lossOnly, grads: { x: vector(0, 0) } })).toMatchObject({ outcome: 'pass' });
    const overflow = { inputs: { x: vector(3e38, 1) }, loss: 'Infinity', loss_f64: 'Infinity' };
    const result = await run({
      ...overflow,
      compare: { loss: true, grads: false },
      grads: { x: vector(0, 0) },
    });
    expect(failures(result)).toEqual(['gradient of x']);
  });

  test('where the reference is undefined, finite numbers and clear refusals are both right', async () => {
    const undefinedCase = { ...correct, loss: 'NaN', compare: { loss: false, grads: false } };
    const refusing: LossAdapter = {
      evaluate: () => {
        throw new KdError('INVALID_ARGUMENT', 'x is out of range');
      },
    };
    expect(await run(undefinedCase)).toMatchObject({ outcome: 'pass' });
    expect(await run(undefinedCase, refusing)).toMatchObject({ outcome: 'pass' });
    expect(await run(correct, refusing)).toMatchObject({ outcome: 'FAIL' });
    const crashing: LossAdapter = {
      evaluate: () => {
        throw new TypeError('a defect');
      },
    };
    expect(await run(undefinedCase, crashing)).toMatchObject({ outcome: 'FAIL' });
    expect(await run({ ...undefinedCase, inputs: { x: vector(3e38) }, grads: {}, params: {} })).toMatchObject(
      {
        outcome: 'FAIL',
      },
    );
  });

  test('a case without a loss compares its outputs', async () => {
    const outputsOnly = { inputs: { x: vector(1, -2) }, loss: null, outputs: { terms: vector(1, 4) } };
    const adapter: LossAdapter = { evaluate: ({ inputs }) => ({ outputs: { terms: square(inputs.x!) } }) };
    expect(await run(outputsOnly, adapter)).toMatchObject({ outcome: 'pass' });
    expect(await run({ ...outputsOnly, loss: 1 }, adapter)).toMatchObject({ outcome: 'FAIL' });
  });

  test('maps and kernels are converted and gradients converted back', async () => {
    // One pixel, two channels, two kernels: y = [x0 - x1, 2 x0 + 3 x1] and the loss is y0 + 10 y1 over 2.
    const adapter: LossAdapter = {
      evaluate: ({ inputs, params }) => {
        const y = conv2d(inputs.x as Tensor4D, params.kernel as Tensor4D, 1, 'valid');
        return { loss: mean<Scalar>(mul(y, inputs.weights as Tensor)) };
      },
    };
    const map = (shape: number[], data: number[]): object => ({ dtype: 'float32', shape, data });
    const result = await run(
      {
        inputs: { x: map([1, 2, 1, 1], [5, 7]), weights: vector(1, 10) },
        params: { kernel: map([2, 2, 1, 1], [1, -1, 2, 3]) },
        loss: (5 - 7 + 10 * (10 + 21)) / 2,
        grads: {
          x: map([1, 2, 1, 1], [(1 + 20) / 2, (-1 + 30) / 2]),
          'param:kernel': map([2, 2, 1, 1], [5 / 2, 7 / 2, 50 / 2, 70 / 2]),
        },
      },
      adapter,
    );
    expect(failures(result)).toEqual([]);
  });

  test.each([
    [{ inputs: { x: { dtype: 'float32', shape: [3], data: [1, 2] } } }, /3 numbers for shape \[3\]/],
    [{ inputs: { x: { dtype: 'float64', shape: [1], data: [1] } } }, /dtype must be float32/],
    [{ inputs: { x: vector('one') } }, /data\[0\] must be a number, found "one"/],
    [{ grads: { y: vector(1) } }, /gradients of float32 inputs and params, found "y"/],
    [{ inputs: [] }, /inputs must be an object/],
    [{ loss: 'five' }, /loss must be a number/],
  ])('FAILs with the reason when it is malformed: %o', async (change, message) => {
    const result = await run({ ...correct, ...change });
    expect(result.outcome).toBe('FAIL');
    expect(result.comparisons[0]?.failure).toMatch(message);
  });
});
