import { BLOCKED_DOMAIN } from '../graph/blocked-forms.ts';
import type { GraphValue } from '../graph/graph.ts';
import { int, ints } from '../graph/graph.ts';
import { type GraphBuilder, sameShape } from '../graph/graph-builder.ts';
import { elementwiseNode } from './elementwise.ts';

/** Reduces `axes` of `value`, which stay as axes of size 1 unless `keepsAxes` is false; a feature map that exists in blocks is read there. */
export function reduceNode(
  builder: GraphBuilder,
  opType: string,
  value: GraphValue,
  axes: readonly number[],
  keepsAxes = true,
): GraphValue {
  const readsBlocks =
    builder.blocks.find(value) !== undefined &&
    value.dtype === 'float32' &&
    axes.includes(2) &&
    axes.includes(3) &&
    !axes.includes(1);
  if (!readsBlocks) return plainReduce(builder, opType, value, axes, keepsAxes);
  const [batch, channels] = value.shape as [number, number, number, number];
  // Rows of one image first: reducing all axes at once leaves only short runs in one pass.
  const perImage =
    sumOfProducts(builder, opType, value) ?? reducedImages(builder, opType, builder.blocks.find(value)!);
  const ones = keepsAxes ? [1, 1] : [];
  if (!axes.includes(0)) return builder.reshape(perImage, [batch, channels, ...ones]);
  const rows = builder.reshape(perImage, [batch, channels, ...ones]);
  return plainReduce(builder, opType, rows, [0], keepsAxes);
}

/** [N, C] with the H and W of a blocked map reduced. */
function reducedImages(builder: GraphBuilder, opType: string, blocked: GraphValue): GraphValue {
  const [batch, channels] = blocked.shape as [number, number, number, number];
  const reduced = plainReduce(builder, opType, builder.blocks.withBlockAxis(blocked), [2, 3], true);
  return builder.reshape(reduced, [batch, channels]);
}

/**
 * [N, C] sums or means over H and W of a product of two blocked maps, which is never stored: one map is the kernel of
 * a convolution of the other, with every channel of every image on its own.
 */
function sumOfProducts(builder: GraphBuilder, opType: string, value: GraphValue): GraphValue | undefined {
  const blocked = builder.blocks.find(value)!;
  const producer = builder.producerOf(blocked);
  const [a, b] = producer?.inputs ?? [];
  if (opType !== 'ReduceSum' && opType !== 'ReduceMean') return undefined;
  if (
    producer?.opType !== 'Mul' ||
    !sameShape(a!.shape, blocked.shape) ||
    !sameShape(b!.shape, blocked.shape)
  ) {
    return undefined;
  }
  const [batch, channels, height, width] = blocked.shape as [number, number, number, number];
  const count = batch * channels;
  const sums = builder.op(
    'Conv',
    [builder.reshape(a!, [1, count, height, width]), builder.reshape(b!, [count, 1, height, width])],
    { shape: [1, count, 1, 1], dtype: 'float32' },
    { domain: BLOCKED_DOMAIN, attributes: { group: int(count), kernel_shape: ints([height, width]) } },
  );
  const rows = builder.reshape(sums, [batch, channels]);
  if (opType === 'ReduceSum') return rows;
  return elementwiseNode(builder, 'Mul', [rows, builder.scalar(1 / (height * width))]);
}

function plainReduce(
  builder: GraphBuilder,
  opType: string,
  value: GraphValue,
  axes: readonly number[],
  keepsAxes: boolean,
): GraphValue {
  const squareRoot = squareRootOf(builder, value);
  const isSumOfSquares = squareRoot !== undefined && (opType === 'ReduceSum' || opType === 'ReduceMean');
  const count = axes.reduce((product, axis) => product * value.shape[axis]!, 1);
  const shape = keepsAxes
    ? value.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : value.shape.filter((_, axis) => !axes.includes(axis));
  const result = builder.op(
    isSumOfSquares ? 'ReduceSumSquare' : opType,
    [isSumOfSquares ? squareRoot : value, builder.int64(axes)],
    { shape, dtype: value.dtype },
    { attributes: { keepdims: int(keepsAxes ? 1 : 0) } },
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
