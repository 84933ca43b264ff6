import { KdError } from 'kd-core';
import type { Graph, GraphNode, GraphValue } from 'kd-onnx';

/**
 * One graph for every batch size, from two traces of the same function at different sizes: where a
 * reshape's target differs, it holds the batch and becomes -1. Everything else must be equal.
 * Throws `UNSUPPORTED` naming the operator when the batch size enters the graph in another way.
 */
export function withDynamicBatch(graph: Graph, other: Graph): Graph {
  if (graph.nodes.length !== other.nodes.length) {
    throw new KdError(
      'UNSUPPORTED',
      `The graph of '${graph.name}' has another structure for another batch size, so it cannot have a dynamic batch. Export it with a fixed batchSize.`,
    );
  }
  return { ...graph, nodes: graph.nodes.map((node, index) => mergeNode(node, other.nodes[index]!)) };
}

function mergeNode(node: GraphNode, other: GraphNode): GraphNode {
  const isSame =
    node.opType === other.opType && JSON.stringify(node.attributes) === JSON.stringify(other.attributes);
  if (!isSame) throw dependsOnBatch(node);
  return {
    ...node,
    inputs: node.inputs.map((input, index) => mergeInput(node, input, other.inputs[index]!)),
  };
}

function mergeInput(node: GraphNode, input: GraphValue, other: GraphValue): GraphValue {
  const a = input.constant;
  const b = other.constant;
  if (a === undefined || b === undefined) return input;
  const differing =
    a.length === b.length ? [...a.keys()].filter((index) => a[index] !== b[index]) : undefined;
  if (differing?.length === 0) return input;
  const isBatchOfReshape = node.opType === 'Reshape' && differing?.length === 1 && a instanceof BigInt64Array;
  if (!isBatchOfReshape) throw dependsOnBatch(node);
  const target = a.slice();
  target[differing[0]!] = -1n;
  return { ...input, name: `${input.name}.dynamic`, constant: target };
}

function dependsOnBatch(node: GraphNode): KdError {
  return new KdError(
    'UNSUPPORTED',
    `Operator ${node.opType} depends on the batch size, so the file cannot have a dynamic batch. Export it with a fixed batchSize.`,
  );
}
