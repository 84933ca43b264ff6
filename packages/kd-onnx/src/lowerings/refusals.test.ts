import * as tf from '@tensorflow/tfjs-core';
import { HostTensor } from 'kd-core';
import { expect, it } from 'vitest';
import { trace } from '../trace/trace.ts';

type Args = { a: tf.Tensor; b: tf.Tensor };

/** What recording `run` on tensors of these shapes says; shapes that fit are recorded. */
function refusalOf(run: (args: Args) => tf.Tensor, a: readonly number[], b: readonly number[]): string {
  const filled = (shape: readonly number[]): HostTensor =>
    new HostTensor(new Float32Array(shape.reduce((product, size) => product * size, 1)), shape);
  try {
    trace((args: Args) => ({ y: run(args) }), { a: filled(a), b: filled(b) });
  } catch (error) {
    return (error as Error).message;
  }
  return 'recorded';
}

/** Shapes that tfjs leaves to its kernels to check. */
it.each<readonly [string, (args: Args) => tf.Tensor, readonly number[], readonly number[], RegExp]>([
  ['sums', ({ a, b }) => tf.add(a, b), [2, 3], [4, 3], /\[2,3\].*\[4,3\].*broadcast/],
  ['products', ({ a, b }) => tf.matMul(a, b), [2, 3], [4, 3], /inner dimension.*\[2,3\].*\[4,3\]/],
  ['transposed products', ({ a, b }) => tf.matMul(a, b, true), [2, 3], [3, 4], /\[2,3\] transposed/],
  ['batches', ({ a, b }) => tf.matMul(a, b), [2, 3, 4], [3, 4, 5], /broadcast/],
  ['stacks', ({ a, b }) => tf.stack([a, b]), [2], [3], /one shape/],
  ['lists', ({ a, b }) => tf.concat([a, b], 1), [2, 3], [4, 3], /concat2D/],
  ['new axes', ({ a }) => tf.expandDims(a, -4), [2, 3], [1], /rank 2.*from -3 to 2, got -4/],
  ['slices', ({ a }) => tf.slice(a, [1], [4]), [3], [1], /overflow/],
  ['splits', ({ a }) => tf.split(a, [1, 1])[0]!, [3], [1], /sizes must match/],
  ['axes', ({ a }) => tf.reverse(a, 3), [2, 3], [1], /axis/],
  ['batch dimensions', ({ a }) => tf.gather(a, [[0]], 0, 1), [2, 3], [1], /batchDims/],
])('refuses %s that do not fit', (_name, run, a, b, message) => {
  expect(refusalOf(run, a, b)).toMatch(message);
});

it('records shapes that fit', () => {
  expect(refusalOf(({ a, b }) => tf.add(a, b), [2, 3], [1, 3])).toBe('recorded');
  expect(refusalOf(({ a, b }) => tf.matMul(a, b, false, true), [2, 3], [4, 3])).toBe('recorded');
});
