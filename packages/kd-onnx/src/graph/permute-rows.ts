import { sizeOf } from 'kd-core';
import type { GraphValue } from './graph.ts';
import { int } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** Below this many elements starting the threads takes longer than the copy. */
const FEWEST_ELEMENTS = 65_536;

/**
 * `builder.transpose` for permutations of long rows: of all axes but the last. The CPU provider transposes with one
 * thread, and gathers rows with all of them.
 */
export function permuteRows(
  builder: GraphBuilder,
  value: GraphValue,
  permutation: readonly number[],
): GraphValue {
  const moved = builder.transpose(value, [...permutation, permutation.length]);
  const isMove = builder.producerOf(moved)?.opType === 'Transpose';
  if (!isMove || value.constant !== undefined || sizeOf(value.shape) < FEWEST_ELEMENTS) return moved;
  const outer = value.shape.slice(0, -1);
  const length = value.shape.at(-1)!;
  const count = sizeOf(outer);
  const strides = outer.map((_, axis) => sizeOf(outer.slice(axis + 1)));
  const order = permutation.reduce<number[]>(
    (starts, axis) =>
      starts.flatMap((start) => Array.from({ length: outer[axis]! }, (_, i) => start + i * strides[axis]!)),
    [0],
  );
  const gathered = builder.op(
    'Gather',
    [builder.reshape(value, [count, length]), builder.constant(Int32Array.from(order), [count], 'int32')],
    { shape: [count, length], dtype: value.dtype },
    { attributes: { axis: int(0) } },
  );
  return builder.reshape(gathered, moved.shape);
}
