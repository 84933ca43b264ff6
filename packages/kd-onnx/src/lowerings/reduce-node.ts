import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { elementwiseNode } from './elementwise.ts';

/** Reduces `axes` of `value`, which stay as axes of size 1; a feature map that exists in blocks is read there. */
export function reduceNode(
  builder: GraphBuilder,
  opType: string,
  value: GraphValue,
  axes: readonly number[],
): GraphValue {
  const blocked = builder.blocks.find(value);
  const readsBlocks =
    blocked !== undefined &&
    value.dtype === 'float32' &&
    axes.includes(2) &&
    axes.includes(3) &&
    !axes.includes(1);
  if (!readsBlocks) return plainReduce(builder, opType, value, axes);
  const [batch, channels] = value.shape as [number, number, number, number];
  // Rows of one image first: reducing all axes at once leaves only short runs in one pass.
  const perImage = plainReduce(builder, opType, builder.blocks.withBlockAxis(blocked), [2, 3]);
  const reduced = axes.includes(0) ? plainReduce(builder, opType, perImage, [0]) : perImage;
  return builder.reshape(reduced, [axes.includes(0) ? 1 : batch, channels, 1, 1]);
}

function plainReduce(
  builder: GraphBuilder,
  opType: string,
  value: GraphValue,
  axes: readonly number[],
): GraphValue {
  const squareRoot = squareRootOf(builder, value);
  const isSumOfSquares = squareRoot !== undefined && (opType === 'ReduceSum' || opType === 'ReduceMean');
  const count = axes.reduce((product, axis) => product * value.shape[axis]!, 1);
  const result = builder.op(
    isSumOfSquares ? 'ReduceSumSquare' : opType,
    [isSumOfSquares ? squareRoot : value, builder.int64(axes)],
    { shape: value.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)), dtype: value.dtype },
    { attributes: { keepdims: int(1) } },
  );
  if (!isSumOfSquares || opType === 'ReduceSum') return result;
  return elementwiseNode(builder, 'Mul', [result, builder.scalar(1 / count)]);
}

/** x of a float32 product x * x, which then need not be stored. */
function squareRootOf(builder: GraphBuilder, value: GraphValue): GraphValue | undefined {
  const producer = builder.producerOf(value);
  const [a, b] = producer?.inputs ?? [];
  return producer?.opType === 'Mul' && a === b && value.dtype === 'float32' ? a : undefined;
}
