import { sizeOf } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import { text } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { elementwiseNode } from './elementwise.ts';

/**
 * Rows added up by an index: result[i] is the sum of the rows of `updates` whose index is i, of shape
 * [count, ...row]. Rows with an index outside of 0..count-1 are dropped.
 *
 * @param indices int32 [rows]
 * @param updates float32 or int32 [rows, ...row]
 */
export function scatterAddRows(
  builder: GraphBuilder,
  indices: GraphValue,
  updates: GraphValue,
  count: number,
): GraphValue {
  const row = updates.shape.slice(1);
  // One more row than asked for collects what is dropped.
  const shape = [count + 1, ...row];
  const sums = builder.op(
    'ScatterND',
    [
      filled(builder, 0, shape, updates.dtype),
      columnOf(builder, collected(builder, indices, count)),
      updates,
    ],
    { shape, dtype: updates.dtype },
    { attributes: { reduction: text('add') } },
  );
  return builder.op(
    'Slice',
    [sums, builder.int64([0]), builder.int64([count]), builder.int64([0]), builder.int64([1])],
    { shape: [count, ...row], dtype: updates.dtype },
  );
}

/** Every index outside of 0..count-1 becomes `count`. */
export function collected(builder: GraphBuilder, indices: GraphValue, count: number): GraphValue {
  const end = builder.scalar(count, 'int32');
  const isNegative = elementwiseNode(builder, 'Less', [indices, builder.scalar(0, 'int32')], 'bool');
  const limited = elementwiseNode(builder, 'Min', [indices, end]);
  return elementwiseNode(builder, 'Where', [isNegative, end, limited], 'int32');
}

/** A vector of indices in the form of `ScatterND`, one row each. */
function columnOf(builder: GraphBuilder, indices: GraphValue): GraphValue {
  return builder.reshape(builder.cast(indices, 'int64'), [sizeOf(indices.shape), 1]);
}

/** A whole tensor of one number. */
export function filled(
  builder: GraphBuilder,
  value: number,
  shape: readonly number[],
  dtype: GraphValue['dtype'],
): GraphValue {
  const element = builder.scalar(value, dtype === 'int32' ? 'int32' : 'float32');
  return builder.op('Expand', [element, builder.int64(shape)], { shape, dtype });
}
