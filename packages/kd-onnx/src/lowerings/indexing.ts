import { hostData, KdError, sizeOf } from 'kd-core';
import { int, text } from '../graph/graph.ts';
import { materialize, traced } from '../trace/traced-value.ts';
import { elementwiseNode } from './elementwise.ts';
import { type Lowering, type LoweringTable, normalizeAxes } from './lowering.ts';

const gather: Lowering = ({ builder, inputs, attributes }) => {
  const { x, indices } = inputs as Record<'x' | 'indices', NonNullable<(typeof inputs)[string]>>;
  const axis = normalizeAxes(attributes.axis ?? 0, x.shape.length)[0]!;
  if (((attributes.batchDims as number | undefined) ?? 0) !== 0) {
    throw new KdError(
      'UNSUPPORTED',
      'gather with batchDims other than 0 has no lowering; gather from a flattened tensor with offset indices instead.',
    );
  }
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const result = builder.op(
    'Gather',
    [materialize(builder, x), builder.cast(materialize(builder, indices), 'int32')],
    { shape, dtype: x.dtype },
    { attributes: { axis: int(axis) } },
  );
  return traced(result);
};

/** A comparison of each index with 0..depth-1: an index outside gives the off value everywhere. */
const oneHot: Lowering = ({ builder, inputs, attributes }) => {
  const indices = inputs.indices!;
  const { depth, onValue, offValue } = attributes as { depth: number; onValue: number; offValue: number };
  const dtype = (attributes.dtype as 'float32' | 'int32' | 'bool' | undefined) ?? 'int32';
  const shape = [...indices.shape, depth];
  const column = builder.reshape(builder.cast(materialize(builder, indices), 'int32'), [...indices.shape, 1]);
  const classes = builder.constant(
    hostData(
      'int32',
      Array.from({ length: depth }, (_, each) => each),
    ),
    [depth],
    'int32',
  );
  const isClass = builder.op('Equal', [column, classes], { shape, dtype: 'bool' });
  if (onValue === 1 && offValue === 0) return traced(builder.cast(isClass, dtype), shape);
  const type = dtype === 'float32' ? 'float32' : 'int32';
  const chosen = elementwiseNode(
    builder,
    'Where',
    [isClass, builder.scalar(onValue, type), builder.scalar(offValue, type)],
    type,
  );
  return traced(builder.cast(chosen, dtype), shape);
};

/** The gradient of gather: rows are added at their index; rows with an index out of range are dropped. */
const unsortedSegmentSum: Lowering = ({ builder, inputs, attributes }) => {
  const { x, segmentIds } = inputs as Record<'x' | 'segmentIds', NonNullable<(typeof inputs)[string]>>;
  const count = attributes.numSegments as number;
  const row = x.shape.slice(segmentIds.shape.length);
  const rows = sizeOf(segmentIds.shape);
  const updates = builder.reshape(materialize(builder, x), [rows, ...row]);
  const ids = builder.reshape(builder.cast(materialize(builder, segmentIds), 'int32'), [rows]);
  const zero = builder.scalar(0, 'int32');
  const end = builder.scalar(count, 'int32');
  const isNegative = elementwiseNode(builder, 'Less', [ids, zero], 'bool');
  const target = elementwiseNode(
    builder,
    'Where',
    [isNegative, end, elementwiseNode(builder, 'Min', [ids, end])],
    'int32',
  );
  // One more segment than asked for collects what is dropped.
  const shape = [count + 1, ...row];
  const zeros = builder.op(
    'Expand',
    [builder.scalar(0, x.dtype === 'int32' ? 'int32' : 'float32'), builder.int64(shape)],
    { shape, dtype: x.dtype },
  );
  const sums = builder.op(
    'ScatterND',
    [zeros, builder.reshape(builder.cast(target, 'int64'), [rows, 1]), updates],
    { shape, dtype: x.dtype },
    { attributes: { reduction: text('add') } },
  );
  const result = builder.op(
    'Slice',
    [sums, builder.int64([0]), builder.int64([count]), builder.int64([0]), builder.int64([1])],
    {
      shape: [count, ...row],
      dtype: x.dtype,
    },
  );
  return traced(result);
};

const cumulativeSum: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const { exclusive, reverse } = attributes as { exclusive: boolean; reverse: boolean };
  const axis = normalizeAxes(attributes.axis, x.shape.length)[0]!;
  const graph = materialize(builder, x);
  const result = builder.op('CumSum', [graph, builder.reshape(builder.int64([axis]), [])], graph, {
    attributes: { exclusive: int(exclusive ? 1 : 0), reverse: int(reverse ? 1 : 0) },
  });
  return traced(result);
};

export const indexingLowerings: LoweringTable = {
  Cumsum: cumulativeSum,
  GatherV2: gather,
  OneHot: oneHot,
  UnsortedSegmentSum: unsortedSegmentSum,
};
