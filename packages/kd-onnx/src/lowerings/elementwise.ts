import { sizeOf } from 'kd-core';
import type { GraphDataType, GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import {
  broadcastShapes,
  preferredLayout,
  type TracedValue,
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
  const layout = preferredLayout(operands, shape.length);
  const aligned = operands.map((operand) => {
    if (sizeOf(operand.graph.shape) === 1) return builder.reshape(operand.graph, []);
    return withLayout(builder, withRank(builder, operand, shape.length), layout).graph;
  });
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

/** Appends one elementwise node whose result has the dtype of its first operand unless given. */
export function elementwiseNode(
  builder: GraphBuilder,
  opType: string,
  operands: readonly GraphValue[],
  dtype: GraphDataType = operands[0]!.dtype,
): GraphValue {
  const shape = operands.map((operand) => operand.shape).reduce(broadcastShapes, []);
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
