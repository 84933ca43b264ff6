import { type DataType, hostData } from 'kd-core';
import { materialize, traced } from '../trace/traced-value.ts';
import { elementwiseNode } from './elementwise.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

/** A comparison of each index with 0..depth-1: an index outside gives the off value everywhere. */
const oneHot: Lowering = ({ builder, inputs, attributes }) => {
  const indices = inputs.indices!;
  const { depth, onValue, offValue } = attributes as { depth: number; onValue: number; offValue: number };
  const dtype = (attributes.dtype as DataType | undefined) ?? 'int32';
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

export const oneHotLowerings: LoweringTable = { OneHot: oneHot };
