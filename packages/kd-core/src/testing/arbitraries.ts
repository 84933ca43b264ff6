import fc from 'fast-check';
import type { Values } from './cpu-backend.ts';

/** Tensors of a shape with float32 entries of order 1. */
export function values(shape: readonly number[], bound = 3): fc.Arbitrary<Values> {
  const size = shape.reduce((product, each) => product * each, 1);
  return fc
    .array(fc.double({ min: -bound, max: bound, noNaN: true }), { minLength: size, maxLength: size })
    .map((data) => ({ shape, data: data.map(Math.fround) }));
}
