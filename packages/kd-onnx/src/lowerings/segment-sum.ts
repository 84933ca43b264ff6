import { sizeOf } from 'kd-core';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { scatterAddRows } from './scatter-add.ts';

/** The gradient of gather: rows are added at their index; rows with an index out of range are dropped. */
const unsortedSegmentSum: Lowering = ({ builder, inputs, attributes }) => {
  const { x, segmentIds } = inputs as Record<'x' | 'segmentIds', TracedValue>;
  const rows = sizeOf(segmentIds.shape);
  const updates = builder.reshape(materialize(builder, x), [rows, ...x.shape.slice(segmentIds.shape.length)]);
  const numbers = x.dtype === 'bool' ? builder.cast(updates, 'int32') : updates;
  const ids = builder.reshape(builder.cast(materialize(builder, segmentIds), 'int32'), [rows]);
  const sums = scatterAddRows(builder, ids, numbers, attributes.numSegments as number);
  return traced(builder.cast(sums, x.dtype));
};

export const segmentSumLowerings: LoweringTable = { UnsortedSegmentSum: unsortedSegmentSum };
