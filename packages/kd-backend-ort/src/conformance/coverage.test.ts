import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { ensureGradients } from 'kd-core';
import { type Lowering, lowerings, trace } from 'kd-onnx';
import { expect, it, vi } from 'vitest';
import { families } from './cases/index.ts';
import { programOf } from './compare.ts';

/** A recorded program has none; the tests of tfjs-core itself reach these, on the lazy backend. */
const OF_COMPLEX_TENSORS = ['FFT', 'IFFT'];

it('runs the lowering of every kernel in at least one conformance case', async () => {
  await ensureGradients();
  // Replaced before the first trace, which registers them with tfjs.
  const spies = Object.keys(lowerings)
    .filter((kernel) => !OF_COMPLEX_TENSORS.includes(kernel))
    .map((kernel) => [kernel, vi.spyOn(lowerings as Record<string, Lowering>, kernel)] as const);
  for (const family of Object.values(families)) {
    for (const arbitrary of Object.values(family)) {
      const cases = fc.sample(arbitrary, { numRuns: 10, seed: 1 });
      trace(programOf(cases), { cases: cases.map((each) => each.args) });
    }
  }
  expect(tf.engine().backendName).not.toBe('kd-recording');
  expect(spies.filter(([, spy]) => spy.mock.calls.length === 0).map(([kernel]) => kernel)).toEqual([]);
});
