import { sizeOf } from 'kd-core';
import { materialize, traced } from '../trace/traced-value.ts';
import { elementwiseNode } from './elementwise.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

/** Elements spread along the diagonal of a tensor with the axes of `x` twice. */
const diagonal: Lowering = ({ builder, inputs }) => {
  const x = inputs.x!;
  const size = sizeOf(x.shape);
  const order = builder.constant(
    Int32Array.from({ length: size }, (_, index) => index),
    [size],
    'int32',
  );
  const isDiagonal = elementwiseNode(builder, 'Equal', [builder.reshape(order, [size, 1]), order], 'bool');
  const row = builder.reshape(materialize(builder, x), [1, size]);
  const numbers = x.dtype === 'bool' ? builder.cast(row, 'int32') : row;
  const zero = builder.scalar(0, x.dtype === 'float32' ? 'float32' : 'int32');
  const result = elementwiseNode(builder, 'Where', [isDiagonal, numbers, zero], numbers.dtype);
  return traced(builder.reshape(builder.cast(result, x.dtype), [...x.shape, ...x.shape]));
};

export const diagonalLowerings: LoweringTable = { Diag: diagonal };
