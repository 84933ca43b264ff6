import { sizeOf } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import { elementwiseNode } from './elementwise.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { collected, filled, scatterAddRows } from './scatter-add.ts';

/** How often each of 0..size-1 occurs in a vector, each occurrence counted with its weight if there are weights. */
const bincount: Lowering = ({ builder, inputs, attributes }) => {
  const { x, weights } = inputs as Record<'x' | 'weights', TracedValue>;
  const values = builder.cast(materialize(builder, x), 'int32');
  return traced(scatterAddRows(builder, values, occurrences(builder, x, weights), attributes.size as number));
};

/** The same for each row of a matrix; `binaryOutput` tells only whether a value occurs. */
const denseBincount: Lowering = (call) => {
  const { builder, inputs, attributes } = call;
  const { x, weights } = inputs as Record<'x' | 'weights', TracedValue>;
  const { size, binaryOutput } = attributes as { size: number; binaryOutput: boolean };
  const rows = x.shape.length === 1 ? 1 : x.shape[0]!;
  const columns = x.shape.at(-1)!;
  const values = builder.reshape(builder.cast(materialize(builder, x), 'int32'), [rows, columns]);
  // Each row counts in a stretch of its own, with one more place for what is out of range.
  const starts = Int32Array.from({ length: rows }, (_, row) => row * (size + 1));
  const places = elementwiseNode(builder, 'Add', [
    collected(builder, values, size),
    builder.constant(starts, [rows, 1], 'int32'),
  ]);
  const counts = scatterAddRows(
    builder,
    builder.reshape(places, [rows * columns]),
    occurrences(builder, x, binaryOutput ? undefined : weights, weights.dtype),
    rows * (size + 1),
  );
  const kept = builder.op(
    'Slice',
    [
      builder.reshape(counts, [rows, size + 1]),
      builder.int64([0]),
      builder.int64([size]),
      builder.int64([1]),
      builder.int64([1]),
    ],
    { shape: [rows, size], dtype: counts.dtype },
  );
  const result = binaryOutput
    ? elementwiseNode(builder, 'Min', [kept, builder.scalar(1, counts.dtype as 'int32')])
    : kept;
  return traced(builder.reshape(result, x.shape.length === 1 ? [size] : [rows, size]));
};

/** The weight of each element: 1 where there are no weights. */
function occurrences(
  builder: GraphBuilder,
  x: TracedValue,
  weights: TracedValue | undefined,
  dtype: TracedValue['dtype'] = weights?.dtype ?? 'float32',
): GraphValue {
  const count = sizeOf(x.shape);
  if (weights === undefined || sizeOf(weights.shape) === 0) return filled(builder, 1, [count], dtype);
  return builder.reshape(materialize(builder, weights), [count]);
}

export const bincountLowerings: LoweringTable = { Bincount: bincount, DenseBincount: denseBincount };
