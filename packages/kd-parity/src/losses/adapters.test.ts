import { createTfjsBackend } from 'kd-backend-tfjs';
import type { Backend } from 'kd-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CaseResult, runCase } from '../case-result.ts';
import { lossCases } from './loss-fixture.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const floats = (shape: number[], data: number[]): object => ({ dtype: 'float32', shape, data });
const integers = (...data: number[]): object => ({ dtype: 'int32', shape: [data.length], data });

async function run(name: string, lossCase: object): Promise<CaseResult> {
  const values = { name, cases: [{ case: 'only', ...lossCase }] };
  const [only] = lossCases(backend, { where: 'fixture', values }, `losses/${name}`);
  return runCase(only!);
}

const failures = ({ comparisons }: CaseResult): string[] =>
  comparisons.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));

/** Cross entropy of the first of two logits. */
const firstOfTwo = (first: number, second: number): number => Math.log1p(Math.exp(second - first));

describe('what the given fixtures leave out', () => {
  test('rows without a class have no part in the mean of a margin loss', async () => {
    const result = await run('margin_insightface', {
      hyper: { kind: 'cosface', s: 4, m: 0.25 },
      inputs: { cosine: floats([3, 2], [0.5, 0.25, 0.75, -0.5, -0.5, 0.25]), target: integers(0, -1, 0) },
      loss: (firstOfTwo(1, 1) + firstOfTwo(-3, 1)) / 2,
      outputs: { out: floats([3, 2], [1, 1, 3, -2, -3, 1]) },
      grads: { cosine: floats([3, 2], [-1, 1, 0, 0, -2 / (1 + Math.exp(-4)), 2 / (1 + Math.exp(-4))]) },
    });
    expect(failures(result)).toEqual([]);
  });

  test('a cap on the weights of teachers that is too low is the lowest that can be', async () => {
    const third = Math.fround(1 / 3);
    const result = await run('aekd', {
      hyper: { T: 1, C: 0.1 },
      inputs: {
        y_s: floats([1, 3], [0, 1, 2]),
        'y_t.0': floats([1, 3], [2, 1, 0]),
        'y_t.1': floats([1, 3], [0, 3, 0]),
        'y_t.2': floats([1, 3], [1, 1, 5]),
      },
      loss: null,
      outputs: { weight: floats([3], [third, third, third]) },
    });
    expect(failures(result)).toEqual([]);
  });

  test('a factor of gradient reversal runs between any two bounds', async () => {
    const result = await run('ctkd', {
      hyper: { max: 1, min: -2, loops: 2 },
      inputs: { epoch: integers(0, 1, 2, 5) },
      loss: null,
      outputs: { lambda: floats([4], [1, -0.5, -2, -2]) },
    });
    expect(failures(result)).toEqual([]);
  });
});
