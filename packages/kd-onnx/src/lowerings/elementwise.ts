import { sizeOf } from 'kd-core';
import { foldElementwise } from '../graph/fold-elementwise.ts';
import type { GraphDataType, GraphValue } from '../graph/graph.ts';
import { type GraphBuilder, sameShape } from '../graph/graph-builder.ts';
import {
  broadcastShapes,
  HWNC,
  NCHW,
  preferredLayout,
  type TracedValue,
  traced,
  withLayout,
  withRank,
} from '../trace/traced-value.ts';

/**
 * Lowers an elementwise operator of any number of operands: brings them to one rank and layout, lets
 * `emit` append the nodes, and tags the result. Pending broadcasts stay pending.
 */
export function elementwise(
  builder: GraphBuilder,
  operands: readonly TracedValue[],
  emit: (operands: readonly GraphValue[], physicalShape: readonly number[]) => GraphValue,
): TracedValue {
  const shape = operands.map((operand) => operand.shape).reduce(broadcastShapes);
  const layout = preferredLayout(operands, shape.length, builder.target.minimalFiltering);
  const aligned = operands.map((operand) => {
    if (sizeOf(operand.graph.shape) === 1) return builder.reshape(operand.graph, []);
    const { graph } = withLayout(builder, withRank(builder, operand, shape.length), layout);
    return sameShape(layout, HWNC) ? repeatedOverBatch(builder, graph, shape[0]!) : graph;
  });
  const blocked = inBlocks(builder, aligned, layout, emit);
  if (blocked !== undefined) return traced(blocked, shape, NCHW);
  const physical = aligned.map((operand) => operand.shape).reduce(broadcastShapes, []);
  const graph = emit(aligned, physical);
  const ones = new Array<number>(shape.length - physical.length).fill(1);
  return {
    shape,
    layout,
    dtype: graph.dtype as TracedValue['dtype'],
    graph: builder.reshape(graph, [...ones, ...physical]),
  };
}

/**
 * One number a channel [1, 1, 1, c] for each image of a map with its pixels first: the CPU provider broadcasts along the
 * leading axes in runs as long as the trailing ones, and runs of few channels are slow.
 */
function repeatedOverBatch(builder: GraphBuilder, vector: GraphValue, batch: number): GraphValue {
  const [height, width, count, channels] = vector.shape as [number, number, number, number];
  const isVector = height * width * count === 1 && channels > 1 && batch > 1;
  if (!isVector || builder.target.minimalFiltering !== true) return vector;
  const shape = [1, 1, batch, channels];
  return builder.op('Expand', [vector, builder.int64(shape)], { shape, dtype: vector.dtype });
}

/**
 * The same on operands that exist in blocks: the operation sees their block axis as a fifth one. Undefined
 * when no operand of the result's full shape is blocked.
 */
function inBlocks(
  builder: GraphBuilder,
  operands: readonly GraphValue[],
  layout: readonly number[],
  emit: (operands: readonly GraphValue[], physicalShape: readonly number[]) => GraphValue,
): GraphValue | undefined {
  const { blocks } = builder;
  const shape = operands.map((operand) => operand.shape).reduce(broadcastShapes, []);
  const isFull = (operand: GraphValue): boolean => sameShape(operand.shape, shape);
  if (!sameShape(layout, NCHW) || !operands.some((each) => isFull(each) && blocks.find(each) !== undefined)) {
    return undefined;
  }
  // Among whole maps the order of elements does not matter, so the block axis need not be seen.
  const isUniform = operands.every(
    (each) => each.shape.length === 0 || (isFull(each) && each.dtype === 'float32'),
  );
  if (isUniform) {
    const maps = operands.map((operand) => (operand.shape.length === 0 ? operand : blocks.of(operand)));
    return blocks.plain(emit(maps, shape));
  }
  const split = operands.map((operand) => splitChannels(builder, operand));
  const result = emit(split, split.map((operand) => operand.shape).reduce(broadcastShapes, []));
  return blocks.plain(builder.reshape(result, shape));
}

/** An operand [n, c, h, w], each whole or 1, with its channels split like those of a blocked tensor. */
function splitChannels(builder: GraphBuilder, operand: GraphValue): GraphValue {
  const { blocks, target } = builder;
  const block = target.channelBlock!;
  if (operand.shape.length === 0) return operand;
  const [batch, channels, height, width] = operand.shape as [number, number, number, number];
  const known = blocks.find(operand);
  if (known !== undefined) return blocks.withBlockAxis(known);
  if (channels === 1) return builder.reshape(operand, [batch, 1, height, width, 1]);
  if (height * width === 1) return builder.reshape(operand, [batch, channels / block, 1, 1, block]);
  if (operand.dtype === 'float32') return blocks.withBlockAxis(blocks.of(operand));
  const split = builder.reshape(operand, [batch, channels / block, block, height, width]);
  return builder.transpose(split, [0, 1, 3, 4, 2]);
}

/** Appends one elementwise node whose result has the dtype of its first operand unless given. */
export function elementwiseNode(
  builder: GraphBuilder,
  opType: string,
  operands: readonly GraphValue[],
  dtype: GraphDataType = operands[0]!.dtype,
): GraphValue {
  const shape = operands.map((operand) => operand.shape).reduce(broadcastShapes, []);
  const known = dtype === 'float32' ? foldElementwise(opType, operands, shape) : undefined;
  if (known !== undefined) return builder.constant(known, shape, 'float32');
  return builder.op(opType, operands, { shape, dtype });
}

/** `value` as it is, seen in the larger broadcast shape `shape`. */
export function broadcastTo(
  builder: GraphBuilder,
  value: TracedValue,
  shape: readonly number[],
): TracedValue {
  return { ...withRank(builder, value, shape.length), shape };
}
