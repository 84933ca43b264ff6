import { BLOCKED_DOMAIN } from '../graph/blocked-forms.ts';
import type { GraphValue } from '../graph/graph.ts';
import { int, ints } from '../graph/graph.ts';
import { type GraphBuilder, sameShape } from '../graph/graph-builder.ts';
import { elementwiseNode } from './elementwise.ts';

/**
 * Reduces `axes` of `value`, which stay as axes of size 1 unless `keepsAxes` is false; a feature map that exists in
 * blocks is read there.
 */
export function reduceNode(
  builder: GraphBuilder,
  opType: string,
  value: GraphValue,
  axes: readonly number[],
  keepsAxes = true,
): GraphValue {
  const blocked = value.dtype === 'float32' ? builder.blocks.find(value) : undefined;
  const readsBlocks = axes.includes(2) && axes.includes(3) && !axes.includes(1);
  if (blocked === undefined || !readsBlocks) return plainReduce(builder, opType, value, axes, keepsAxes);
  const [batch, channels] = value.shape as [number, number, number, number];
  // Rows of one image first: reducing all axes at once leaves only short runs in one pass.
  const { graph, factor } = reducedImages(builder, opType, blocked);
  const perImage = builder.reshape(graph, [batch, channels, ...(keepsAxes ? [1, 1] : [])]);
  const reduced = axes.includes(0) ? plainReduce(builder, opType, perImage, [0], keepsAxes) : perImage;
  return factor === 1 ? reduced : elementwiseNode(builder, 'Mul', [reduced, builder.scalar(factor)]);
}

interface ReducedImages {
  /** N * C elements. */
  readonly graph: GraphValue;
  /** What they must be multiplied by. */
  readonly factor: number;
}

/** The H and W of a blocked map reduced. */
function reducedImages(builder: GraphBuilder, opType: string, blocked: GraphValue): ReducedImages {
  const [batch, channels, height, width] = blocked.shape as [number, number, number, number];
  if (opType !== 'ReduceSum' && opType !== 'ReduceMean') {
    const split = builder.blocks.withBlockAxis(blocked);
    return { graph: plainReduce(builder, opType, split, [2, 3], true), factor: 1 };
  }
  const count = height * width;
  const sums = sumsOfProducts(builder, blocked);
  if (sums !== undefined) return { graph: sums, factor: opType === 'ReduceSum' ? 1 : 1 / count };
  const averages = builder.op(
    'GlobalAveragePool',
    [blocked],
    { shape: [batch, channels, 1, 1], dtype: 'float32' },
    { domain: BLOCKED_DOMAIN },
  );
  return { graph: averages, factor: opType === 'ReduceSum' ? count : 1 };
}

/**
 * [1, N * C, 1, 1] sums over H and W of a product of two blocked maps, which need not be stored: one map is the kernel
 * of a convolution of the other, with every channel of every image on its own. Undefined for other maps, and for a
 * product with the mask of a rectifier: that is its gradient, which is needed as a map in any case.
 */
function sumsOfProducts(builder: GraphBuilder, blocked: GraphValue): GraphValue | undefined {
  const producer = builder.producerOf(blocked);
  const [a, b] = producer?.inputs ?? [];
  const isProduct =
    producer?.opType === 'Mul' && [a, b].every((each) => sameShape(each!.shape, blocked.shape));
  if (!isProduct || [a, b].some((each) => builder.producerOf(each!)?.opType === 'HardSigmoid'))
    return undefined;
  const [batch, channels, height, width] = blocked.shape as [number, number, number, number];
  const count = batch * channels;
  return builder.op(
    'Conv',
    [builder.reshape(a!, [1, count, height, width]), builder.reshape(b!, [count, 1, height, width])],
    { shape: [1, count, 1, 1], dtype: 'float32' },
    { domain: BLOCKED_DOMAIN, attributes: { group: int(count), kernel_shape: ints([height, width]) } },
  );
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
