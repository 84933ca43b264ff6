import { dropout, print, sum, type Tensor, unique } from '@tensorflow/tfjs-core';
import { ensureGradients, HostTensor, valueAndGradient } from 'kd-core';
import { beforeAll, expect, it } from 'vitest';
import { trace } from './trace.ts';

type X = { x: Tensor };

beforeAll(ensureGradients);

const printed = (x: Tensor): Tensor => {
  print(x);
  return x;
};

it.each<[string, string, (args: X) => X]>([
  ['dropout', 'TRACE_IMPURE', ({ x }) => ({ x: dropout(x, 0.5) })],
  ['print', 'TRACE_IMPURE', ({ x }) => ({ x: printed(x) })],
  ['unique', 'TRACE_UNSUPPORTED_KERNEL', ({ x }) => ({ x: unique(x).values })],
  [
    'dataSync',
    'TRACE_IMPURE',
    ({ x }) => valueAndGradient((v: X) => ({ value: sum(v.x.dataSync()[0]!), aux: {} }), { x }).gradient,
  ],
])('finds the line that calls %s', (op, code, program) => {
  expect(() => trace(program, { x: new HostTensor(new Float32Array(2), [2]) })).toThrow(
    expect.objectContaining({
      code,
      details: expect.objectContaining({
        op,
        at: expect.stringMatching(/call-site\.browser\.test\.ts(?:\?.*)?:\d+:\d+$/),
      }),
    }),
  );
});
