import { sizeOf } from 'kd-core';
import type { Graph, GraphNode, GraphValue } from 'kd-onnx';

/**
 * Merges inference-mode batch normalisation into the convolution before it:
 * s * (W x + b - mean) + offset with s = scale / sqrt(variance + epsilon) is (s W) x + (s (b - mean) + offset).
 * Applies where the weights are constants and nothing else reads the convolution's result.
 */
export function foldBatchNormalization(graph: Graph): Graph {
  const readers = countReaders(graph);
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output.name, node])));
  const replaced = new Map<GraphNode, GraphNode>();
  const dropped = new Set<GraphNode>();
  for (const node of graph.nodes) {
    if (node.opType !== 'BatchNormalization') continue;
    const convolution = producers.get(node.inputs[0]!.name);
    if (convolution?.opType !== 'Conv' || readers.get(node.inputs[0]!.name) !== 1) continue;
    const constants = [...convolution.inputs.slice(1), ...node.inputs.slice(1)];
    if (constants.some((value) => value.constant === undefined)) continue;
    dropped.add(convolution);
    replaced.set(node, fold(convolution, node));
  }
  const nodes = graph.nodes.flatMap((node) => (dropped.has(node) ? [] : [replaced.get(node) ?? node]));
  return { ...graph, nodes };
}

function countReaders(graph: Graph): Map<string, number> {
  const readers = new Map<string, number>();
  const reads = [...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs];
  for (const { name } of reads) readers.set(name, (readers.get(name) ?? 0) + 1);
  return readers;
}

function fold(convolution: GraphNode, normalization: GraphNode): GraphNode {
  const [image, weight, bias] = convolution.inputs;
  const [scale, offset, mean, variance] = normalization.inputs.slice(1).map(floats);
  const epsilonAttribute = normalization.attributes.epsilon;
  const epsilon = epsilonAttribute?.kind === 'float' ? epsilonAttribute.value : 1e-5;
  const channels = weight!.shape[0]!;
  const elementsPerChannel = sizeOf(weight!.shape) / channels;
  const gains = Float64Array.from(
    { length: channels },
    (_, channel) => scale![channel]! / Math.sqrt(variance![channel]! + epsilon),
  );
  const weights = floats(weight!).map(
    (value, index) => value * gains[Math.floor(index / elementsPerChannel)]!,
  );
  const before = bias === undefined ? new Float32Array(channels) : floats(bias);
  const shifts = before.map(
    (value, channel) => gains[channel]! * (value - mean![channel]!) + offset![channel]!,
  );
  const name = normalization.outputs[0]!.name;
  return {
    ...convolution,
    inputs: [
      image!,
      { name: `${name}.weight`, shape: weight!.shape, dtype: 'float32', constant: weights },
      { name: `${name}.bias`, shape: [channels], dtype: 'float32', constant: shifts },
    ],
    outputs: normalization.outputs,
  };
}

function floats(value: GraphValue): Float32Array {
  return value.constant as Float32Array;
}
