import type { Graph, GraphValue } from 'kd-onnx';

/** The graph with the values in `names` (old name -> new name) renamed everywhere. */
export function renameValues(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const rename = (value: GraphValue): GraphValue => ({ ...value, name: names.get(value.name) ?? value.name });
  return {
    ...graph,
    inputs: graph.inputs.map(rename),
    outputs: graph.outputs.map(rename),
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    })),
  };
}
